"""Text: what people typed into HTML, foreign HTML into what we trust, searches into conditions. Pure, no I/O.

Import from the modules (`from torg.text.render import render`): several share their name with their function.
"""
