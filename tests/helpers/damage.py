"""Ways in which a store may be damaged on the disk."""

import json
import shutil


def _chunk(path, name):
    return next(file for file in sorted((path / name / "c").rglob("*")) if file.is_file())


def _cut_chunk(path, name):
    file = _chunk(path, name)
    file.write_bytes(file.read_bytes()[: max(1, file.stat().st_size // 2)])


def _empty_chunk(path, name):
    _chunk(path, name).write_bytes(b"")


def _lost_chunk(path, name):
    _chunk(path, name).unlink()


def _flipped_bit(path, name):
    file = _chunk(path, name)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def _lost_metadata_of_array(path, name):
    (path / name / "zarr.json").unlink()


def _cut_metadata_of_array(path, name):
    file = path / name / "zarr.json"
    file.write_text(file.read_text()[:100])


def _lost_array(path, name):
    shutil.rmtree(path / name)


def _lost_metadata(path, name):
    (path / "zarr.json").unlink()


def _cut_metadata(path, name):
    file = path / "zarr.json"
    file.write_text(file.read_text()[:40])


def _lost_attributes(path, name):
    file = path / "zarr.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"attributes": {}}))


def _wrong_shape(path, name):
    file = path / name / "zarr.json"
    metadata = json.loads(file.read_text())
    metadata["shape"][0] += 1
    file.write_text(json.dumps(metadata))


_ALL = (_cut_chunk, _empty_chunk, _lost_chunk, _flipped_bit, _lost_metadata_of_array, _cut_metadata_of_array)
_ALL += (_lost_array, _lost_metadata, _cut_metadata, _lost_attributes, _wrong_shape)
DAMAGES = {function.__name__.strip("_").replace("_", " "): function for function in _ALL}


def damage(path, name, kind):
    """Damage the store at a path (pathlib.Path), in its array `name`, in one of the ways of DAMAGES."""
    DAMAGES[kind](path, name)
