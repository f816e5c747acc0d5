"""Write a document as text, Markdown, HTML or LaTeX."""
