"""Real and simulated images: the shelf, named datasets, readers, transforms and splits."""
