"""Makes the next release of a wheel: another version, other bytes in each module, one module gone and one new.

Usage: next-release.py FOLDER WHEEL...; prints one version a line.
"""

import base64
import hashlib
import pathlib
import sys
import zipfile


def next_release(wheel: pathlib.Path, folder: pathlib.Path) -> str:
    name, version, *tags = wheel.name.split("-")
    new_version = version + ".post99"
    old_info, new_info = f"{name}-{version}.dist-info", f"{name}-{new_version}.dist-info"
    rows, members = [], []
    with zipfile.ZipFile(wheel) as archive:
        modules = [n for n in archive.namelist() if n.endswith(".py") and ".data/" not in n and n.count("/") == 1]
        gone = modules[-1] if len(modules) > 3 and not modules[-1].endswith("__init__.py") else None
        for info in archive.infolist():
            data = archive.read(info)
            path = info.filename.replace(f"{name}-{version}.d", f"{name}-{new_version}.d", 1)
            if info.is_dir() or info.filename == gone or path.endswith(".dist-info/RECORD"):
                continue
            if path == f"{new_info}/METADATA":
                data = data.replace(f"\nVersion: {version}\n".encode(), f"\nVersion: {new_version}\n".encode(), 1)
            elif path.endswith(".py"):
                data += b"\n# The next release.\n"
            members.append((path, data, info.external_attr))
        if modules:
            members.append((modules[0].split("/")[0] + "/_next_release.py", b"", 0o644 << 16))
    for path, data, _ in members:
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows.append(f'"{path}",sha256={digest},{len(data)}\n')
    members.append((f"{new_info}/RECORD", "".join([*rows, f'"{new_info}/RECORD",,\n']).encode(), 0o644 << 16))
    with zipfile.ZipFile(folder / "-".join([name, new_version, *tags]), "w") as archive:
        for path, data, attributes in members:
            info = zipfile.ZipInfo(path)
            info.external_attr = attributes
            archive.writestr(info, data)
    return new_version


for wheel in sys.argv[2:]:
    print(next_release(pathlib.Path(wheel), pathlib.Path(sys.argv[1])))
