"""The character model: corpus, vocabulary, network, training and the generator."""
