/**
 * Calls one hook of a PEP 517 backend, in an interpreter of its own: `python -u -c DRIVER REQUEST RESULT`, both files of JSON, with the source
 * tree as working folder. Runs on every Python from 3.6 on, and needs nothing but its standard library.
 *
 * REQUEST: {"backend", "backendPath", "hook", "arguments": […], "watch": "writes", "writes and reads" or null}. RESULT: {"value"}, or {"missing": true} where the backend has no such hook,
 * or {"unavailable": text}, {"unsupported": text}, {"error": text}.
 *
 * With a "watch" the result also has "written", {path in the tree: "new", "same" or "changed"}, and "outside", {path that was read: how it
 * looked then}: what this process itself did by Python's own means (PEP 578). What programs did that it started is not in there.
 * With "writes and reads" the files in the tree that it read are among those, except what builds leave there; none where they are very many.
 *
 * Standard input is a pipe that murre holds open and writes nothing to. Its end means that murre is gone, however it went; then the whole
 * process group ends, because nobody would ever look at what it makes.
 */
export const HOOK_DRIVER = `
import sys
# PEP 517: the source tree itself is on the path only where backend-path says so. Before any other import, which it could shadow.
sys.path[:] = [folder for folder in sys.path if folder != ""]
import importlib, importlib.util, json, os, re, threading, traceback

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

class Watch:
    FIRST = ("os.mkdir", "os.rmdir", "os.remove", "os.truncate", "os.chmod", "os.utime")
    BOTH = ("os.rename", "os.link", "os.symlink")
    LISTED = ("os.listdir", "os.scandir")
    MOST = 2000
    MOST_READ = 500
    LEFT = re.compile(r"(^|/)(__pycache__|[^/]+\\.egg-info|\\.eggs|build|dist)(/|$)")

    def __init__(self, own, reads):
        self.tree = os.getcwd()
        self.ignored = {own, "/proc", "/sys", "/dev", sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
        self.ignored.update(os.path.abspath(path) for path in sys.path if not self.tree.startswith(os.path.abspath(path)))
        self.before, self.outside, self.own, self.thread = {}, {}, set(), None
        self.inside = {} if reads else None
        sys.addaudithook(self.hear)

    def hear(self, event, args):
        if self.before is None or self.thread == threading.get_ident():
            return
        if event == "open":
            paths, writes = args[:1], self.writes(args[1], args[2])
        elif event in self.LISTED:
            paths, writes = args[:1], None
        elif event in self.FIRST:
            paths, writes = args[:1], True
        elif event in self.BOTH:
            paths, writes = args[:2], True
        else:
            return
        self.thread = threading.get_ident()
        try:
            for path in paths:
                if isinstance(path, (str, bytes, os.PathLike)):
                    self.note(os.path.abspath(os.fsdecode(path)), writes)
        except Exception:
            pass
        finally:
            self.thread = None

    def writes(self, mode, flags):
        if isinstance(mode, str):
            return any(letter in mode for letter in "wax+")
        return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))

    def note(self, path, writes):
        if path == self.tree or path.startswith(os.path.join(self.tree, "")):
            if writes:
                if path not in self.before:
                    self.before[path] = self.digest(path)
            elif writes is False and self.inside is not None:
                self.read(path)
        elif writes:
            self.own.add(path)
        elif writes is False or not self.tree.startswith(os.path.join(path, "")):
            folders = [path]
            while os.path.dirname(folders[-1]) != folders[-1]:
                folders.append(os.path.dirname(folders[-1]))
            if path not in self.outside and not any(folder in self.ignored or folder in self.own for folder in folders):
                self.outside[path] = self.facts(path)

    def read(self, path):
        if path.endswith(".pyc"):
            try:
                path = importlib.util.source_from_cache(path)
            except ValueError:
                return
        inner = os.path.relpath(path, self.tree).replace(os.sep, "/")
        if path not in self.before and path not in self.inside and not self.LEFT.search(inner) and not os.path.isdir(path):
            self.inside[path] = self.facts(path)

    def facts(self, path):
        try:
            if os.path.isdir(path):
                return "\\0".join(sorted(os.listdir(path)))
            stats = os.stat(path)
            return "%d %d" % (stats.st_size, stats.st_mtime_ns)
        except OSError:
            return "absent"

    def digest(self, path):
        if not os.path.lexists(path):
            return None
        if os.path.islink(path) or not os.path.isfile(path) or os.path.getsize(path) > 1 << 24:
            return ""
        import hashlib
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()

    def report(self):
        before, self.before = self.before, None
        written = {}
        for path, digest in before.items():
            state = "new" if digest is None else "same" if digest and digest == self.digest(path) else "changed"
            written[os.path.relpath(path, self.tree).replace(os.sep, "/")] = state
        # Too many to be looked at each time are said by a path that never looks so.
        outside = self.outside if len(self.outside) <= self.MOST else {"": "too many"}
        if self.inside and len(self.inside) <= self.MOST_READ:
            outside.update(self.inside)
        return {"written": written, "outside": outside}

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
    watch = Watch(os.path.dirname(answer), request["watch"] != "writes") if request["watch"] else None
    result = call(request)
    if watch:
        result.update(watch.report())
    sys.stdout.flush()
    sys.stderr.flush()
    with open(answer + ".new", "w", encoding="utf-8") as file:
        json.dump(result, file)
    os.replace(answer + ".new", answer)

main()
`;
