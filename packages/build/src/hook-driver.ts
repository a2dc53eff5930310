/**
 * Calls one hook of a PEP 517 backend, in an interpreter of its own: `python -u -c DRIVER REQUEST RESULT`, both files of JSON, with the source
 * tree as working folder. Runs on every Python from 3.6 on, and needs nothing but its standard library.
 *
 * REQUEST: {"backend", "backendPath", "hook", "arguments": […]}. RESULT: {"value"}, or {"missing": true} where the backend has no such hook,
 * or {"unavailable": text}, {"unsupported": text}, {"error": text}.
 *
 * Standard input is a pipe that murre holds open and writes nothing to. Its end means that murre is gone, however it went; then the whole
 * process group ends, because nobody would ever look at what it makes.
 */
export const HOOK_DRIVER = `
import sys
# PEP 517: the source tree itself is on the path only where backend-path says so. Before any other import, which it could shadow.
sys.path[:] = [folder for folder in sys.path if folder != ""]
import importlib, json, os, threading, traceback

def end_with_parent(pipe):
    try:
        while os.read(pipe, 1):
            pass
    except OSError:
        pass
    if hasattr(os, "killpg"):
        os.killpg(0, 9)
    os._exit(1)

def watch_parent():
    pipe = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    thread = threading.Thread(target=end_with_parent, args=(pipe,))
    thread.daemon = True
    thread.start()

class Refused(Exception):
    pass

def inside(path, folder):
    path, folder = os.path.normcase(os.path.realpath(path)), os.path.normcase(os.path.realpath(folder))
    return path == folder or path.startswith(os.path.join(folder, ""))

def load(backend, backend_path):
    tree = os.getcwd()
    folders = [os.path.normpath(os.path.join(tree, path)) for path in backend_path]
    for folder in folders:
        if not inside(folder, tree):
            raise Refused("backend-path leads outside of the source tree: " + folder)
    sys.path[:0] = folders
    module, _, attributes = backend.partition(":")
    loaded = importlib.import_module(module)
    if folders and not any(inside(getattr(loaded, "__file__", None) or "", folder) for folder in folders):
        raise Refused("the backend %s was not found in its backend-path" % module)
    for attribute in filter(None, attributes.split(".")):
        loaded = getattr(loaded, attribute)
    return loaded

def call(request):
    try:
        backend = load(request["backend"], request["backendPath"])
    except Refused as error:
        return {"unavailable": str(error)}
    except Exception as error:
        traceback.print_exc()
        return {"unavailable": "%s: %s" % (type(error).__name__, error)}
    hook = getattr(backend, request["hook"], None)
    if hook is None:
        return {"missing": True}
    unsupported = getattr(backend, "UnsupportedOperation", ())
    try:
        return {"value": hook(*request["arguments"])}
    except unsupported as error:
        traceback.print_exc()
        return {"unsupported": str(error)}
    except BaseException as error:
        # Whoever exits has said why: where it did so is of no use, and would hide a compiler's words before it.
        if not isinstance(error, SystemExit):
            traceback.print_exc()
        return {"error": "%s: %s" % (type(error).__name__, error)}

def main():
    watch_parent()
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    answer = sys.argv[2]
    # Backends such as setuptools read the arguments of the process.
    sys.argv[:] = sys.argv[:1]
    result = call(request)
    sys.stdout.flush()
    sys.stderr.flush()
    with open(answer + ".new", "w", encoding="utf-8") as file:
        json.dump(result, file)
    os.replace(answer + ".new", answer)

main()
`;
