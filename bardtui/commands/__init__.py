"""The commands, a module for each kind; TensorFlow is imported inside those that need it."""
