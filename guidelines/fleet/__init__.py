"""The suite on every node of a Ray cluster: spread pass by pass, gathered as soon as a pass is there."""
