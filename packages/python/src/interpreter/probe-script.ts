/** What the script prints, apart from its answer for a Python too old. */
export interface ProbeReport {
  readonly version: string;
  readonly implementation: string;
  readonly abiFlags: string;
  readonly markers: Readonly<Record<string, string>>;
  /** `sys.executable`: empty where Python does not know it. */
  readonly executable: string;
  /** The file of the running program; null where the system does not say. */
  readonly running: string | null;
  readonly prefix: string;
  readonly basePrefix: string;
  /** Installation paths of the interpreter itself. */
  readonly paths: Readonly<Record<"purelib" | "platlib" | "scripts" | "data" | "include" | "stdlib", string>>;
  readonly baseSitePackages: readonly string[];
  /** The same of an environment made from it, beginning with `{base}` or `{platbase}`. */
  readonly environmentPaths: Readonly<Record<"purelib" | "platlib" | "scripts", string>>;
  readonly tags: {
    readonly version: readonly [number, number];
    readonly debug: boolean;
    readonly freeThreaded: boolean;
    readonly extensionSuffix: string | null;
    readonly platform: string;
    readonly bits: 32 | 64;
    readonly glibc: string | null;
    readonly refusedManylinux: readonly string[];
    readonly mac: readonly [string, string] | null;
    readonly ios: string | null;
    readonly multiarch: string | null;
    readonly android: number | null;
    readonly pyemscripten: string | null;
  };
}

/**
 * Runs under `-I -S -B`: neither the user's site-packages nor `.pth` files are executed. Without `site`, Python before 3.14
 * does not know that it stands in a virtual environment, so the prefix is set as `site.venv()` sets it before sysconfig is
 * loaded. Everything before the version check is valid Python 2.
 */
export const PROBE_SCRIPT = `
import sys
v = sys.version_info
if v < (3, 8):
    sys.stdout.write('{"unsupported": "%d.%d.%d"}' % v[:3])
    sys.exit(0)
import json, os
def virtual_prefix():
    here = os.path.dirname(os.path.abspath(sys.executable))
    above = os.path.dirname(here)
    for folder in (here, above):
        if os.path.isfile(os.path.join(folder, "pyvenv.cfg")):
            return above
if sys.prefix == sys.base_prefix:
    p = virtual_prefix()
    if p:
        sys.prefix = sys.exec_prefix = p
import platform, sysconfig
var = sysconfig.get_config_var
def full(i):
    s = "%d.%d.%d" % (i.major, i.minor, i.micro)
    return s if i.releaselevel == "final" else s + i.releaselevel[0] + str(i.serial)
def environment_paths():
    names = sysconfig.get_scheme_names()
    scheme = "venv" if "venv" in names else "nt" if os.name == "nt" else "posix_prefix"
    if v < (3, 10) and platform.python_implementation() == "PyPy" and "pypy" in names:
        scheme = "pypy"
    roots = {"base": "{base}", "platbase": "{platbase}", "installed_base": "{base}", "installed_platbase": "{platbase}"}
    return sysconfig.get_paths(scheme, roots)
def glibc():
    try:
        name, version = os.confstr("CS_GNU_LIBC_VERSION").rsplit()
        return version
    except Exception:
        return None
def refused(version, platform_tag):
    try:
        import _manylinux as m
    except ImportError:
        return []
    arch, out = platform_tag.replace(".", "_").replace("-", "_").partition("_")[2], []
    old = {5: "manylinux1_compatible", 12: "manylinux2010_compatible", 17: "manylinux2014_compatible"}
    for minor in range(5, int(version.split(".")[1]) + 1):
        if hasattr(m, "manylinux_compatible"):
            answer = m.manylinux_compatible(2, minor, arch)
        else:
            answer = getattr(m, old.get(minor, ""), None)
        if answer is not None and not answer:
            out.append("2_%d_%s" % (minor, arch))
    return out
def debug():
    d = var("Py_DEBUG")
    if d is None:
        from importlib.machinery import EXTENSION_SUFFIXES
        return hasattr(sys, "gettotalrefcount") or "_d.pyd" in EXTENSION_SUFFIXES
    return bool(d)
def running():
    try:
        return os.readlink("/proc/self/exe")
    except OSError:
        return None
def base_site_packages():
    import site
    # As seen from inside of an environment, where Debian's Python looks into one folder more.
    own, sys.prefix = sys.prefix, ""
    prefixes = [sys.base_prefix] + [p for p in [sys.base_exec_prefix] if p != sys.base_prefix]
    folders = [os.path.normpath(p) for p in site.getsitepackages(prefixes)]
    sys.prefix = own
    return folders
system, tag, libc = platform.system(), sysconfig.get_platform(), glibc()
python_version = platform.python_version()
paths = sysconfig.get_paths()
sys.stdout.write(json.dumps({
    "version": python_version.rstrip("+"),
    "implementation": sys.implementation.name,
    "abiFlags": getattr(sys, "abiflags", "") or "",
    "markers": {
        "implementation_name": sys.implementation.name,
        "implementation_version": full(sys.implementation.version),
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "platform_release": platform.release(),
        "platform_system": system,
        "platform_version": platform.version(),
        "python_full_version": python_version + "local" if python_version.endswith("+") else python_version,
        "platform_python_implementation": platform.python_implementation(),
        "python_version": ".".join(platform.python_version_tuple()[:2]),
        "sys_platform": sys.platform,
    },
    "executable": sys.executable or "",
    "running": running(),
    "prefix": sys.prefix,
    "basePrefix": sys.base_prefix,
    "paths": dict((k, paths[k]) for k in ("purelib", "platlib", "scripts", "data", "include", "stdlib")),
    "baseSitePackages": base_site_packages(),
    "environmentPaths": dict((k, environment_paths()[k]) for k in ("purelib", "platlib", "scripts")),
    "tags": {
        "version": v[:2],
        "debug": debug(),
        "freeThreaded": bool(var("Py_GIL_DISABLED")),
        "extensionSuffix": var("EXT_SUFFIX"),
        "platform": tag,
        "bits": 64 if sys.maxsize > 2 ** 32 else 32,
        "glibc": libc,
        "refusedManylinux": refused(libc, tag) if system == "Linux" and libc and libc.startswith("2.") else [],
        "mac": [platform.mac_ver()[0], platform.mac_ver()[2]] if system == "Darwin" else None,
        "ios": platform.ios_ver()[1] if system == "iOS" else None,
        "multiarch": getattr(sys.implementation, "_multiarch", None),
        "android": platform.android_ver().api_level if system == "Android" else None,
        "pyemscripten": var("PYEMSCRIPTEN_PLATFORM_VERSION"),
    },
}))
`;
