"""Scores for predictions. NumPy, SciPy and scikit-learn only, never TensorFlow."""
