"""Writes an index of made-up wheels and a file of pins: made-up-index.py FOLDER WHEELS FILES_IN_EACH BYTES_IN_EACH_FILE"""
import base64, hashlib, os, sys, zipfile

folder, wheels, files, size = sys.argv[1], *map(int, sys.argv[2:])


def digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


def content(number, file):
    return os.urandom(size) if size > 4096 else f"value = {number * files + file}\n".encode().ljust(size)


def members(name, number):
    for file in range(files):
        yield f"{name}/{'' if files < 400 else f'p{file % 400}/'}m{file}.py", content(number, file)
    yield f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n\n".encode()
    yield f"{name}-1.0.dist-info/WHEEL", b"Wheel-Version: 1.0\nGenerator: made-up\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


os.makedirs(f"{folder}/files")
for number in range(wheels):
    name = f"made{number}"
    filename = f"{name}-1.0-py3-none-any.whl"
    rows = []
    with zipfile.ZipFile(f"{folder}/files/{filename}", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path, data in members(name, number):
            archive.writestr(path, data)
            rows.append(f"{path},sha256={digest(data)},{len(data)}\n")
        record = f"{name}-1.0.dist-info/RECORD"
        archive.writestr(record, "".join(rows) + f"{record},,\n")
    with open(f"{folder}/files/{filename}", "rb") as archive:
        sha256 = hashlib.file_digest(archive, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else hashlib.sha256(archive.read()).hexdigest()
    os.makedirs(f"{folder}/simple/{name}")
    with open(f"{folder}/simple/{name}/index.html", "w") as page:
        page.write(f'<!DOCTYPE html><html><body><a href="../../files/{filename}#sha256={sha256}">{filename}</a></body></html>')
with open(f"{folder}/pins.txt", "w") as pins:
    pins.writelines(f"made{number}==1.0\n" for number in range(wheels))
