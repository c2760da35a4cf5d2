"""The dialogs: each a modal screen that returns its answer through `dismiss`."""
