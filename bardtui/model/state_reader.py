"""Reading the state of a model's layers after any text, with the decoder that writes."""

from collections.abc import Callable

from bardtui.model.context import Context
from bardtui.model.layers import RecurrentLayers, Values
from bardtui.model.network import NetworkSpec


class StateReader:
    """Gives the values of a network's layers after a text.

    The decoder leads to the text before the last character, from a state that is known already
    where there is one; the last step is computed in NumPy, with all gates.
    """

    def __init__(self, context: Context, spec: NetworkSpec) -> None:
        self._context = context
        self._layers = RecurrentLayers(spec, context.decoder.network.get_weights())

    def read(self, text: str, *, stopped: Callable[[], bool] = lambda: False) -> tuple[Values, ...]:
        """Return the values of each layer after the last character of `text`.

        Nothing for a text that is empty or ends with a character that the model does not know, and
        once `stopped` returns True. The context stays where it is.
        """
        indices = self._context.decoder.vocabulary.encode(text[-1:]).indices
        if not len(indices):
            return ()
        here = self._context.here
        try:
            self._context.seek(text[:-1], stopped=stopped)
            state = self._context.snapshot().arrays[:-1]
        finally:
            self._context.return_to(here)
        values: list[Values] = []
        for index in map(int, indices):
            values = self._layers.step(index, state)
            state = self._layers.state_of(values)
        return () if stopped() else tuple(values)
