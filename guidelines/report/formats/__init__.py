"""A document as text, Markdown, HTML or LaTeX."""
