wrote /tmp/d/p2/t8.svg
wrote /tmp/d/p2/t8.png
wrote /tmp/d/p2/n.svg
wrote /tmp/d/p2/n.png
