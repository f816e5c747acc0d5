"""Characters that pdfLaTeX and XeLaTeX set with the fonts they always have; others are spelled out."""

import unicodedata

# Signs that pdfLaTeX sets as they are; so it does letters of ASCII with an accent, of which ogoneks are none.
SIGNS = frozenset("¡¢£¤¥¦§¨©ª¬®¯°±²³´µ¶·¸¹º¼½¾¿×÷ÆØßæøıŁłŒœ‐‑‒–—‘’“”†‡•…‰€™\u00a0")
LAST_ACCENTED = "ž"
OGONEK = "\u0328"
_COMMANDS = r"""
α \alpha β \beta γ \gamma δ \delta ε \varepsilon ζ \zeta η \eta θ \theta ι \iota κ \kappa λ \lambda μ \mu
ν \nu ξ \xi π \pi ρ \rho ς \varsigma σ \sigma τ \tau υ \upsilon φ \varphi χ \chi ψ \psi ω \omega
Γ \Gamma Δ \Delta Θ \Theta Λ \Lambda Ξ \Xi Π \Pi Σ \Sigma Υ \Upsilon Φ \Phi Ψ \Psi Ω \Omega
≤ \leq ≥ \geq ≠ \neq ≈ \approx ≡ \equiv ≪ \ll ≫ \gg « \ll » \gg ∞ \infty ∝ \propto ∂ \partial ∇ \nabla
← \leftarrow → \rightarrow ↑ \uparrow ↓ \downarrow ↔ \leftrightarrow ⇒ \Rightarrow ⇐ \Leftarrow
− - ∑ \sum ∏ \prod ∫ \int √ \surd ∈ \in ∩ \cap ∪ \cup ⊂ \subset ⊕ \oplus ⊗ \otimes ∘ \circ ⋅ \cdot ∗ \ast
"""
_words = _COMMANDS.split()
MATH = dict(zip(_words[::2], _words[1::2], strict=True))


def spelled(text: str) -> str:
    """Text whose characters LaTeX can set: "日" becomes "<U+65E5>"."""
    if text.isascii():
        return text
    return "".join(map(_spelled, unicodedata.normalize("NFC", text)))


def _spelled(character: str) -> str:
    if character.isascii() or character in MATH or character in SIGNS or _is_accented(character):
        return character
    return f"<U+{ord(character):04X}>"


def _is_accented(character: str) -> bool:
    parts = unicodedata.normalize("NFD", character)
    return character <= LAST_ACCENTED and parts[0].isascii() and OGONEK not in parts
