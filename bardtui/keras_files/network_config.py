"""The description of a network in a Keras file: is it one that bardtui can be, and how large?

The description is data. It is compared with what is known; nothing is looked up by its names.
"""

from typing import Any

from bardtui.keras_files.saved_file import KerasFileError

SUPPORTED = (
    "bardtui imports an Embedding or one-hot input, LSTM or GRU layers with equal units, "
    "and a Dense, with Dropout anywhere"
)
_PACKAGES = ("keras", "tf_keras", "tensorflow")

# The options with which a layer's weights mean here what they mean in Keras. Each may have one of
# the values; the first is what a description without the option means.
_SOFTMAX = ("linear", "softmax", "softmax_v2", None)
_RECURRENT: dict[str, tuple[Any, ...]] = {
    "activation": ("tanh",),
    "recurrent_activation": ("sigmoid",),
    "use_bias": (True,),
    "go_backwards": (False,),
}
_OPTIONS: dict[str, dict[str, tuple[Any, ...]]] = {
    "InputLayer": {},
    "Dropout": {},
    "SpatialDropout1D": {},
    "Embedding": {"mask_zero": (False,)},
    "LSTM": _RECURRENT,
    "GRU": _RECURRENT,
    "Concatenate": {"axis": (-1, 2)},
    "Dense": {"use_bias": (True,), "activation": _SOFTMAX},
    "Activation": {"activation": _SOFTMAX},
    "Softmax": {},
}
_HARD_SIGMOID = (
    "recurrent_activation='hard_sigmoid', the default of old versions of Keras, which bardtui does "
    "not have: load its weights into the same network with 'sigmoid', train that for an epoch, and "
    "save it"
)


def sizes_of(config: dict[str, Any]) -> dict[str, Any] | None:
    """The sizes of a described network, by NetworkSpec's names.

    None for a model of a class from its author's own script, because Keras does not describe the
    layers of those. Raises KerasFileError, naming the reason, if bardtui cannot be that network.
    """
    kind, inner = _kind(config), config.get("config")
    layers = inner.get("layers") if isinstance(inner, dict) else inner
    if kind == "Sequential" and isinstance(layers, list):
        network = _Network()
        before: list[str] = []
        for layer in layers:
            before = [network.add(layer, before)]
        return network.sizes()
    if kind in ("Functional", "Model") and isinstance(layers, list):
        network = _Network()
        for layer in layers:
            network.add(layer, _inputs(layer))
        return network.sizes()
    if config.get("module") is None and layers is None:
        return None
    raise KerasFileError(
        f"the model is a {kind}, which cannot be imported as a whole: save its weights alone, "
        "with model.save_weights('NAME.weights.h5')"
    )


class _Network:
    """Follows the layers from the input on.

    `_outputs` says of which layers with weights an output consists, side by side: [] is the input,
    and what follows the Dense has no entry. `_chain` are the Embedding and the recurrent layers.
    """

    def __init__(self) -> None:
        self._outputs: dict[str, list[str]] = {}
        self._chain: list[str] = []
        self._sizes: dict[str, Any] = {"layers": 0, "skip": False}
        self._classes: Any = None

    def add(self, layer: Any, inputs: list[str]) -> str:
        """Add `layer`, whose input is the output of the layers `inputs`; return its name."""
        kind, options = _kind(layer), layer.get("config") if isinstance(layer, dict) else None
        if kind == "TimeDistributed" and isinstance(options, dict):
            name, layer = options.get("name"), options.get("layer")
            kind, inner = _kind(layer), layer.get("config") if isinstance(layer, dict) else None
            options = inner | {"name": name} if isinstance(inner, dict) else None
            if kind != "Dense":
                raise KerasFileError(f"there is a TimeDistributed layer {kind}; {SUPPORTED}")
        if kind not in _OPTIONS or not isinstance(options, dict):
            raise KerasFileError(f"there is a layer {kind}; {SUPPORTED}")
        name = options.get("name")
        if not isinstance(name, str) or name in self._outputs:
            raise KerasFileError(f"there is a layer {kind} without a name of its own")
        _check_options(kind, options)
        if self._classes is None:
            self._outputs[name] = self._output(kind, name, options, inputs)
        elif kind not in ("Activation", "Softmax"):
            raise KerasFileError(f"there is a layer {kind} after the Dense; {SUPPORTED}")
        return name

    def _output(
        self, kind: str, name: str, options: dict[str, Any], inputs: list[str]
    ) -> list[str]:
        outputs = [self._outputs.get(layer, ["?"]) for layer in inputs]
        joined = [layer for output in outputs for layer in output]
        last = self._chain[-1:]
        match kind:
            case "InputLayer":
                return []
            case "Dropout" | "SpatialDropout1D" if len(outputs) == 1:
                return joined
            case "Concatenate" if len(joined) <= len(self._chain):
                return joined
            case "Embedding" if not self._chain and not joined:
                self._sizes["vocabulary_size"] = options.get("input_dim")
                self._sizes["embedding_dim"] = options.get("output_dim")
                self._chain.append(name)
                return [name]
            case "LSTM" | "GRU" if joined == last and (last or len(inputs) <= 1):
                cell, units = kind.lower(), options.get("units")
                if self._sizes.setdefault("cell", cell) != cell:
                    raise KerasFileError(f"there are both LSTM and GRU layers; {SUPPORTED}")
                if self._sizes.setdefault("units", units) != units:
                    known = self._sizes["units"]
                    raise KerasFileError(
                        f"the layers have {known!r:.9} and {units!r:.9} units; {SUPPORTED}"
                    )
                self._sizes["layers"] += 1
                self._chain.append(name)
                return [name]
            case "Dense" if self._sizes["layers"] and joined in (last, self._chain):
                self._sizes["skip"] = joined != last
                self._classes = options.get("units")
                return joined
        where = "first" if not self._chain else "in that place"
        raise KerasFileError(f"there is a layer {kind} {where}; {SUPPORTED}")

    def sizes(self) -> dict[str, Any]:
        """The sizes, once every layer is added."""
        if self._classes is None:
            raise KerasFileError(f"there is no Dense at the end; {SUPPORTED}")
        rows = self._sizes.setdefault("vocabulary_size", self._classes)
        self._sizes.setdefault("embedding_dim", self._classes)  # one-hot input
        if self._classes != rows:
            raise KerasFileError(
                f"the Embedding has {rows!r:.9} characters, the Dense {self._classes!r:.9}"
            )
        return self._sizes


def _kind(layer: Any) -> str:
    """A layer's class, with its module unless that is Keras, so that no other is accepted."""
    if not isinstance(layer, dict) or not isinstance(layer.get("class_name"), str):
        return "that Keras would not write"
    kind, module = layer["class_name"], layer.get("module")
    if module is None or str(module).split(".")[0] in _PACKAGES:
        return f"{kind:.40}"
    return f"{module!s:.40}.{kind:.40}"


def _check_options(kind: str, options: dict[str, Any]) -> None:
    for option, accepted in _OPTIONS[kind].items():
        value = options.get(option, accepted[0])
        if isinstance(value, dict):  # a function of Keras, as some versions write it
            value = value.get("config")
        if option == "recurrent_activation" and value == "hard_sigmoid":
            raise KerasFileError(f"the {kind} has {_HARD_SIGMOID}")
        if value not in accepted:
            raise KerasFileError(
                f"the {kind} has {option}={value!r:.40}; bardtui has {option}={accepted[0]!r}"
            )
    # A description that does not mention it is from a time when there was no other kind.
    if kind == "GRU" and options.get("reset_after", False) is not True:
        raise KerasFileError("the GRU has reset_after=False; bardtui has reset_after=True")


def _inputs(layer: Any) -> list[str]:
    """The names of the layers that a layer of a graph reads.

    Keras 3 puts each into a "keras_history", Keras 2 into a list [name, 0, 0, ...].
    """
    found = []
    waiting = [layer.get("inbound_nodes")] if isinstance(layer, dict) else []
    while waiting:
        match waiting.pop():
            case {"keras_history": [str(name), int(), int(output), *rest]} | [
                str(name),
                int(),
                int(output),
                *rest,
            ]:
                found.append(name if output == 0 else "")  # not a state that a layer returns
                waiting.extend(reversed(rest))
            case list(parts):
                waiting.extend(reversed(parts))
            case dict(parts):
                waiting.extend(reversed(parts.values()))
    return found
