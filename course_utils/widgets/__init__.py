"""Interactive figures, one module a lesson. Plain ipywidgets only."""
