#!/usr/bin/env python3
"""Makes the .pt fixtures with CPython's own pickle, independently of the Swift reader and without PyTorch.

    python3 Tests/ALFREDTests/Fixtures/make_feature_files.py

Value i of a storage is i / 2. Tensors have shape [3, 2, 2, 2].
  feat_legacy.pt  the stream of PyTorch before 1.6
  feat_view.pt    the same, a view that begins at element 8 of a larger storage, saved on a GPU
  feat_zip.pt     the archive of PyTorch 1.6 and later
"""
import collections
import io
import os
import pickle
import struct
import sys
import types
import zipfile

MAGIC = 0x1950A86A20F9469CFC6C
SHAPE, STRIDE = (3, 2, 2, 2), (8, 4, 2, 1)

torch = types.ModuleType("torch")
utils = types.ModuleType("torch._utils")


class FloatStorage:
    pass


class HalfStorage:
    pass


def _rebuild_tensor_v2(*arguments):
    raise AssertionError("only its name is written")


for owner, thing in ((torch, FloatStorage), (torch, HalfStorage), (utils, _rebuild_tensor_v2)):
    thing.__module__ = owner.__name__
    thing.__qualname__ = thing.__name__
    setattr(owner, thing.__name__, thing)
torch._utils = utils
sys.modules["torch"], sys.modules["torch._utils"] = torch, utils


class Storage:
    def __init__(self, kind, count, location):
        self.kind, self.count, self.location = kind, count, location


class Tensor:
    def __init__(self, storage, offset):
        self.storage, self.offset = storage, offset

    def __reduce__(self):
        return (_rebuild_tensor_v2, (self.storage, self.offset, SHAPE, STRIDE, False, collections.OrderedDict()))


def dump(value, legacy):
    class Pickler(pickle.Pickler):
        def persistent_id(self, thing):
            if not isinstance(thing, Storage):
                return None
            item = ("storage", thing.kind, "0", thing.location, thing.count)
            return item + (None,) if legacy else item

    stream = io.BytesIO()
    Pickler(stream, 2).dump(value)
    return stream.getvalue()


def floats(count):
    return struct.pack("<%df" % count, *(i / 2 for i in range(count)))


def legacy(kind, count, offset, location):
    tensor = Tensor(Storage(kind, count, location), offset)
    system = dict(protocol_version=1001, little_endian=True, type_sizes=dict(short=2, int=4, long=4))
    parts = [pickle.dumps(MAGIC, 2), pickle.dumps(1001, 2), pickle.dumps(system, 2), dump(tensor, True),
             pickle.dumps(["0"], 2), struct.pack("<q", count), floats(count)]
    return b"".join(parts)


def archive(count):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as file:
        for name, data in (("data.pkl", dump(Tensor(Storage(FloatStorage, count, "cpu"), 0), False)),
                           ("byteorder", b"little"), ("data/0", floats(count)), ("version", b"3\n")):
            file.writestr(zipfile.ZipInfo("feat_conv/" + name, (1980, 1, 1, 0, 0, 0)), data)
    return stream.getvalue()


here = os.path.dirname(os.path.abspath(__file__))
for name, data in (("feat_legacy.pt", legacy(FloatStorage, 24, 0, "cpu")),
                   ("feat_view.pt", legacy(FloatStorage, 40, 8, "cuda:0")),
                   ("feat_half.pt", legacy(HalfStorage, 24, 0, "cpu")), ("feat_zip.pt", archive(24))):
    with open(os.path.join(here, name), "wb") as file:
        file.write(data)
    print(name, len(data))
