import { flask, pinned, without, type DocumentedPage } from "./documented-commands.ts";

/** As uv's own documentation has them. */
export const commandsOfUv: readonly DocumentedPage[] = [
  {
    page: "uv: Python environments",
    commands: [
      { command: "uv venv", before: "none", expects: "an environment in `.venv`", installed: [] },
      {
        command: "uv venv my-name",
        before: "none",
        expects: "one in a folder of this name",
        writes: { "my-name/pyvenv.cfg": /^home = /m, "my-name/bin/activate": /VIRTUAL_ENV/ },
      },
      {
        command: "uv venv --python 3",
        before: "none",
        expects: "one of this version of Python",
        writes: { ".venv/pyvenv.cfg": /^version(?:_info)? = 3\./m },
      },
      {
        command: "uv venv\n\n# Install a package in the new virtual environment\nuv pip install ruff",
        before: "none",
        expects: "the package is in the new environment",
        installed: ["ruff==0.4.0"],
      },
      {
        command: "uv venv\nsource .venv/bin/activate\nuv pip install ruff\nruff --version",
        before: "none",
        expects: "the program of the package is found once the environment is active",
        prints: /^ruff 0\.4\.0$/m,
      },
      {
        command: "uv venv my-name\nuv pip install --python=my-name/bin/python ruff",
        before: "none",
        expects: "the package is where that interpreter finds it",
        prints: /ruff/,
      },
    ],
  },
  {
    page: "uv: Managing packages",
    commands: [
      { command: "uv pip install flask", expects: "the newest, with what it needs", installed: flask },
      {
        command: 'uv pip install "flask[dotenv]"',
        expects: "what the extra needs as well",
        installed: [...flask, "python_dotenv==1.0"],
      },
      { command: "uv pip install flask ruff", expects: "both", installed: [...flask, "ruff==0.4.0"] },
      { command: "uv pip install 'ruff>=0.2.0'", expects: "the newest that fits", installed: ["ruff==0.4.0"] },
      { command: "uv pip install 'ruff==0.3.0'", expects: "this version", installed: ["ruff==0.3.0"] },
      {
        command: 'uv pip install "ruff @ ./projects/ruff"',
        expects: "what is built from the folder",
        installed: ["ruff==9.0"],
      },
      {
        command: 'uv pip install "git+https://github.com/astral-sh/ruff"',
        expects: "what is built from the repository",
        installed: ["ruff==0.9"],
      },
      {
        command: 'uv pip install "git+https://github.com/astral-sh/ruff@v0.2.0"',
        expects: "the tag",
        installed: ["ruff==0.2.0"],
      },
      {
        command: 'uv pip install "git+https://github.com/astral-sh/ruff@main"',
        expects: "the branch",
        installed: ["ruff==0.9"],
      },
      {
        command: "uv pip install -e .",
        expects: "the project as an editable one, and what it needs",
        installed: ["click==8.1", "my_app==1.0"],
      },
      {
        command: 'uv pip install -e "ruff @ ./project/ruff"',
        expects: "the other folder as an editable one",
        installed: ["ruff==9.0"],
      },
      { command: "uv pip install -r requirements.txt", ...pinned },
      {
        command: "uv pip install -r pyproject.toml",
        expects: "what the project needs, and not the project",
        installed: ["click==8.1"],
      },
      {
        command: "uv pip install -r pyproject.toml --extra foo",
        expects: "the extra as well",
        installed: ["click==8.1", "ruff==0.4.0"],
      },
      {
        command: "uv pip install -r pyproject.toml --all-extras",
        expects: "all extras",
        installed: ["click==8.1", "docutils==0.10", "ruff==0.4.0"],
      },
      { command: "uv pip install --group foo", expects: "the group alone", installed: ["pytest==8.0"] },
      {
        command: "uv pip install --project some/path/ --group foo --group bar",
        expects: "the groups of the project there",
        installed: ["black==24.1", "docutils==0.10"],
      },
      {
        command: "uv pip install --group some/path/pyproject.toml:foo --group other/pyproject.toml:bar",
        expects: "each from its file",
        installed: ["black==24.1", "sphinx==1.1.3", "docutils==0.10"].toSorted(),
      },
      {
        command: "uv pip uninstall flask",
        before: "old",
        expects: "it goes, and what it needed stays",
        installed: without("flask"),
      },
      {
        command: "uv pip uninstall flask ruff",
        before: "old",
        expects: "both go",
        installed: without("flask", "ruff"),
      },
    ],
  },
  {
    page: "uv: Inspecting environments",
    commands: [
      { command: "uv pip list", before: "old", expects: "a table", prints: /^flask +1\.0$/m },
      {
        command: "uv pip list --format json",
        before: "old",
        expects: "the same as JSON",
        prints: /^\[\{"name": ?"click", ?"version": ?"8\.0"\}/,
      },
      { command: "uv pip freeze", before: "old", expects: "pins", prints: /^click==8\.0\nflask==1\.0\n/ },
      { command: "uv pip show flask", before: "old", expects: "what its metadata says", prints: /^Requires: click$/m },
      { command: "uv pip check", before: "old", expects: "all is met", code: 0 },
    ],
  },
  {
    page: "uv: Locking environments",
    commands: [
      {
        command: "uv pip compile pyproject.toml -o requirements.txt",
        expects: "pins in the file",
        writes: { "requirements.txt": /^click==8\.\d\n {4}# via my-app/m },
      },
      {
        command: "uv pip compile requirements.in -o requirements.txt",
        expects: "pins in the file; those that were there stay",
        writes: { "requirements.txt": /^flask==1\.0$/m },
      },
      {
        command: "uv pip compile pyproject.toml requirements-dev.in -o requirements-dev.txt",
        expects: "pins of both together",
        writes: { "requirements-dev.txt": /^click==8\.1\n[^]*^pytest==8\.0$/m },
      },
      {
        command: 'echo "ruff" | uv pip compile -',
        expects: "reads what is piped, and prints",
        prints: /^ruff==0\.4\.0$/m,
      },
      {
        command: 'echo "ruff==0.3.0" > requirements.txt\necho "ruff" | uv pip compile - -o requirements.txt',
        expects: "what the file pins stays",
        writes: { "requirements.txt": /^ruff==0\.3\.0$/m },
      },
      {
        command:
          'echo "ruff==0.3.0" > requirements.txt\necho "ruff" | uv pip compile - -o requirements.txt --upgrade-package ruff',
        expects: "the named one goes up",
        writes: { "requirements.txt": /^ruff==0\.4\.0$/m },
      },
      {
        command: "uv pip sync requirements.txt",
        before: "old",
        expects: "exactly what the file pins; all else goes",
        installed: ["flask==1.0", "click==8.1"].toSorted(),
      },
      {
        command: "uv pip sync pyproject.toml",
        before: "old",
        expects: "exactly what the project names; what is installed and fits stays",
        installed: ["click==8.0"],
      },
      {
        command: "uv pip compile requirements.in --constraint constraints.txt",
        expects: "what is limited stays below, and nothing is added for it",
        prints: /^click==8\.0$/m,
      },
      {
        command: "uv pip compile requirements.in --override overrides.txt",
        expects: "what the file says in the place of what others say",
        prints: /^click==8\.0$/m,
      },
      {
        command: "uv pip compile setup.py -o requirements.txt",
        expects: "what the project's build says it needs",
        writes: { "requirements.txt": /^click==8\.\d$/m },
      },
    ],
  },
  {
    page: "uv: Using uv in Docker",
    commands: [
      {
        command: "uv lock\nuv sync --locked",
        before: "none",
        expects: "the project and what its lock file says, in `.venv`",
        installed: ["click==8.1", "my_app==1.0", "pytest==8.0"],
      },
      {
        command: "uv lock\nuv sync --locked --no-install-project\nuv sync --locked --no-editable",
        before: "none",
        expects: "first what the project needs, as a layer, then the project",
        installed: ["click==8.1", "my_app==1.0", "pytest==8.0"],
      },
      {
        command: "uv sync --compile-bytecode",
        before: "none",
        expects: "compiled",
        says: /compiled|bytecode/i,
        installed: ["click==8.1", "my_app==1.0", "pytest==8.0"],
      },
      { command: "export UV_LINK_MODE=copy\nuv pip install ruff", expects: "copies", installed: ["ruff==0.4.0"] },
      { command: "uv cache dir", expects: "where the cache is", prints: /cache/ },
      {
        command: "uv pip install --system ruff",
        tried: "--dry-run --break-system-packages",
        expects: "goes to the interpreter of the system",
        installed: [],
      },
      {
        command:
          'uv venv /opt/venv\nexport VIRTUAL_ENV=/opt/venv\nexport PATH="/opt/venv/bin:$PATH"\nuv pip install ruff\nruff --version',
        before: "none",
        expects: "the program is on the PATH",
        prints: /^ruff 0\.4\.0$/m,
      },
      { command: "uv pip install -r requirements.txt", ...pinned },
      {
        command: "uv pip install -r pyproject.toml\nuv pip install -e .",
        expects: "what it needs first, then the project",
        installed: ["click==8.1", "my_app==1.0"],
      },
      {
        command: "uv run some_script.py",
        refused:
          "there is no command murre run: murre sync makes the environment, and .venv/bin/NAME runs what is in it",
      },
      {
        command: "uv tool install cowsay",
        refused:
          "there is no command murre tool: murre venv and murre pip install put a program into an environment of its own",
      },
    ],
  },
  {
    page: "uv: Using uv in GitHub Actions",
    commands: [
      {
        command: "uv lock\nuv sync --locked --all-extras --dev",
        before: "none",
        expects: "the project with all extras and its development group",
        installed: ["click==8.1", "docutils==0.10", "my_app==1.0", "pytest==8.0", "ruff==0.4.0"],
      },
      {
        command: "export UV_SYSTEM_PYTHON=1\nuv pip install -r requirements.txt",
        tried: "--dry-run --break-system-packages",
        expects: "goes to the interpreter of the system",
        installed: [],
      },
      { command: "uv cache prune --ci", expects: "a cache that is worth keeping", code: 0 },
      { command: "uv cache clean", expects: "the cache is empty", code: 0 },
      {
        command: "uv build",
        expects: "sdist and wheel in `dist`",
        writes: { "dist/my_app-1.0-py3-none-any.whl": /^PK/ },
      },
      {
        command: "uv run pytest tests",
        refused:
          "there is no command murre run: murre sync makes the environment, and .venv/bin/NAME runs what is in it",
      },
      {
        command: "uv python install",
        refused:
          "there is no command murre python install: murre brings no interpreters; murre python list says which are here, and -p names one of them, or its version",
      },
      { command: "uv publish", refused: "there is no command murre publish: murre publishes nothing" },
    ],
  },
  {
    page: "uv: Installing and managing Python",
    commands: [
      {
        command: "uv python list",
        expects: "the interpreters that are here, a line each",
        prints: /^cpython-3\.\d+\.\d+\S*-\w+-\w+-\w+ +\S*python/m,
      },
      {
        command: "uv python list --only-installed",
        expects: "the same: no downloads are listed",
        prints: /^cpython-3\./m,
      },
      {
        command: "uv python list --all-versions",
        expects: "the same: whatever is here is listed",
        prints: /^cpython-3\./m,
      },
      { command: "uv python find", expects: "the interpreter that is used", prints: /^\S*python\S*\n$/ },
      { command: "uv python find --system", expects: "that of the system", prints: /^\S*python\S*\n$/ },
      {
        command: "uv python pin 3.11",
        expects: "`.python-version` says so",
        prints: /^Pinned `\.python-version` to `3\.11`\n$/,
        writes: { ".python-version": /^3\.11\n$/ },
      },
      {
        command: "uv python install 3.12",
        refused:
          "there is no command murre python install: murre brings no interpreters; murre python list says which are here, and -p names one of them, or its version",
      },
      {
        command: "uv python upgrade 3.12",
        refused:
          "there is no command murre python upgrade: murre brings no interpreters; murre python list says which are here, and -p names one of them, or its version",
      },
      {
        command: "uv python uninstall 3.12",
        refused: "there is no command murre python uninstall: murre removes no interpreters; whoever installed it does",
      },
    ],
  },
  {
    page: "uv: Using uv in pre-commit",
    commands: [
      { command: "uv lock", expects: "the lock file is up to date", writes: { "pylock.toml": /click/ } },
      {
        command:
          "uv pip compile requirements.in -o requirements.txt\nuv pip compile requirements-dev.in -o requirements-dev.txt",
        expects: "both files",
        writes: { "requirements.txt": /^flask==1\.0$/m, "requirements-dev.txt": /^pytest==8\.0$/m },
      },
      {
        command: "uv export",
        refused:
          "there is no command murre export: murre pip compile pyproject.toml -o requirements.txt writes pins; pylock.toml itself is a format that others read",
      },
    ],
  },
];
