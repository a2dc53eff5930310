import { oldPins, pinned, somePackage, without, type DocumentedPage } from "./documented-commands.ts";

/** As pip's own documentation has them, and what is written after it. */
export const commandsOfPip: readonly DocumentedPage[] = [
  {
    page: "pip: User Guide",
    commands: [
      { command: "python -m pip install SomePackage", expects: "the newest", installed: somePackage },
      {
        command: "python -m pip install SomePackage==1.0.4",
        expects: "this version",
        installed: ["somedependency==2.0", "somepackage==1.0.4"],
      },
      {
        command: "python -m pip install 'SomePackage>=1.0.4'",
        expects: "the newest that fits",
        installed: somePackage,
      },
      { command: "python -m pip install -r requirements.txt", ...pinned },
      {
        command: "python -m pip freeze > requirements.txt\npython -m pip install -r requirements.txt",
        before: "old",
        expects: "the same again",
        installed: oldPins,
        writes: { "requirements.txt": /^flask==1\.0$/m },
      },
      {
        command: "python -m pip install -c constraints.txt flask",
        expects: "what is limited stays below",
        installed: ["click==8.0", "flask==3.0"],
      },
      {
        command: "python -m pip install --build-constraint build-constraints.txt SomePackage",
        expects: "the file limits what builds take, and nothing else",
        installed: somePackage,
      },
      {
        command: "python -m pip install --uploaded-prior-to=2025-03-16T00:00:00Z SomePackage",
        tried: "--index-url http://my.package.repo/dated/",
        expects: "what was newest then, with what it needed then",
        installed: ["somedependency==1.0", "somepackage==1.0.4"],
      },
      {
        command: "python -m pip install --all-releases=:all: SomePackage",
        refused:
          "--all-releases is not part of murre: --pre takes pre-releases of all, and a requirement such as NAME>=2.0a1 those of that project",
      },
      {
        command: "python -m pip install --only-final=:all: SomePackage",
        refused: "--only-final is not part of murre: --prerelease disallow takes no pre-release of any project",
      },
      { command: "python -m pip install --group groupA", expects: "the group", installed: ["black==24.1"] },
      {
        command: "python -m pip install --group './sub1/pyproject.toml:groupA' --group './sub2/pyproject.toml:groupB'",
        expects: "each from its file",
        installed: ["pytest==8.0", "ruff==0.4.0"],
      },
      {
        command: "python -m pip install SomePackage-1.0-py2.py3-none-any.whl",
        expects: "the file",
        installed: ["somepackage==1.0"],
      },
      {
        command: "python -m pip install './somepackage-1.0-py2.py3-none-any.whl[my-extras]'",
        expects: "with the extra",
        installed: ["reportlab==4.0", "somepackage==1.0"],
      },
      {
        command:
          "python -m pip install wheel\npython -m pip wheel --wheel-dir=/local/wheels -r requirements.txt\npython -m pip install --no-index --find-links=/local/wheels -r requirements.txt",
        expects: "the wheels in the folder, and installed from it alone",
        installed: ["click==8.1", "flask==1.0", "wheel==0.40"],
        writes: { "local/wheels/flask-1.0-py3-none-any.whl": /^PK/ },
      },
      {
        command: "python -m pip uninstall SomePackage -y",
        before: "old",
        expects: "it goes",
        installed: without("somepackage"),
      },
      { command: "python -m pip list", before: "old", expects: "a table", prints: /^SomePackage +1\.0\.4$/im },
      {
        command: "python -m pip list --outdated",
        before: "old",
        expects: "what there is newer",
        prints: /^ruff +0\.3\.0 +0\.4\.0/m,
      },
      { command: "python -m pip show flask", before: "old", expects: "details", prints: /^Version: 1\.0$/m },
      {
        command:
          "python -m pip download --destination-directory DIR -r requirements.txt\npython -m pip install --no-index --find-links=DIR -r requirements.txt",
        expects: "the files in the folder, and installed from it alone",
        installed: ["click==8.1", "flask==1.0"],
        writes: { "DIR/flask-1.0-py3-none-any.whl": /^PK/ },
      },
      {
        command: "python -m pip install --upgrade SomePackage --upgrade-strategy=only-if-needed",
        before: "old",
        expects: "only what is named goes up",
        installed: [...without("somepackage"), "somepackage==3.0"],
      },
      {
        command: "python -m pip install --upgrade SomePackage --upgrade-strategy=eager",
        before: "old",
        expects: "what it needs goes up too",
        installed: [...without("somepackage", "somedependency"), ...somePackage],
      },
      {
        command: "python -m pip install --user SomePackage",
        expects: "in an environment that does not see the user's folder: refused, as pip does",
        code: 1,
        says: /user/i,
      },
      {
        command: "python -m pip completion --bash",
        refused: "there is no command murre pip completion: murre completion SHELL prints it",
      },
      {
        command: 'python -m pip search "query"',
        refused: "there is no command murre pip search: the public index has no search for programs any more",
      },
    ],
  },
  {
    page: "pip: pip install, Examples",
    commands: [
      {
        command: "python -m pip install --upgrade SomePackage",
        before: "old",
        expects: "the newest; unlike in pip, what it needs goes up as well, as in uv",
        installed: [...without("somepackage", "somedependency"), ...somePackage],
      },
      {
        command: "python -m pip install -e .",
        expects: "the project in the folder, editable",
        installed: ["click==8.1", "my_app==1.0"],
      },
      {
        command: "python -m pip install -e path/to/project",
        expects: "the project elsewhere, editable",
        installed: ["project==2.0"],
      },
      {
        command: "python -m pip install SomeProject@git+https://git.repo/some_pkg.git@1.3.1",
        expects: "the tag",
        installed: ["someproject==1.3.1"],
      },
      {
        command: "python -m pip install -e git+https://git.repo/some_pkg.git#egg=SomeProject",
        expects: "a clone in `src`, editable",
        installed: ["someproject==1.4"],
      },
      {
        command: "python -m pip install -e git+https://git.repo/some_pkg.git@feature#egg=SomeProject",
        expects: "the branch, editable",
        installed: ["someproject==1.5"],
      },
      {
        command: "python -m pip install SomePackage[PDF]",
        expects: "the extra",
        installed: ["reportlab==4.0", ...somePackage],
      },
      {
        command: "python -m pip install SomePackage[PDF]==3.0",
        expects: "the extra of this version",
        installed: ["reportlab==4.0", ...somePackage],
      },
      {
        command: "python -m pip install SomePackage[PDF,EPUB]",
        expects: "both extras",
        installed: ["ebooklib==0.18", "reportlab==4.0", ...somePackage],
      },
      {
        command: "python -m pip install ./downloads/SomePackage1-1.0.zip",
        expects: "what is built from the archive",
        installed: ["somepackage1==1.0"],
      },
      {
        command: 'python -m pip install "SomeProject @ http://my.package.repo/SomeProject-1.2.3-py33-none-any.whl"',
        expects: "the file at the address, where its tags fit: `py33` fits every later Python 3",
        installed: ["someproject==1.2.3"],
      },
      {
        command: "python -m pip install --index-url http://my.package.repo/simple/ SomePackage",
        expects: "from that index",
        installed: somePackage,
      },
      {
        command: "python -m pip install --extra-index-url http://my.package.repo/simple SomePackage",
        expects: "from both",
        installed: somePackage,
      },
      {
        command: "python -m pip install --no-index --find-links=file:///local/dir/ SomePackage",
        expects: "from the folder",
        installed: ["somepackage==1.0"],
      },
      {
        command: "python -m pip install --no-index --find-links=/local/dir/ SomePackage",
        expects: "from the folder",
        installed: ["somepackage==1.0"],
      },
      {
        command: "python -m pip install --no-index --find-links=relative/dir/ SomePackage",
        expects: "from the folder",
        installed: ["somepackage==1.0"],
      },
      {
        command: "python -m pip install --pre SomePackage",
        expects: "the pre-release",
        installed: ["somedependency==2.0", "somepackage==4.0rc1"],
      },
      {
        command: "python -m pip install SomePackage1 SomePackage2 --no-binary SomePackage1",
        expects: "the one built, the other from its wheel",
        installed: ["somepackage1==1.0", "somepackage2==2.0"],
      },
    ],
  },
  {
    page: "Scripts as people have them",
    commands: [
      {
        command:
          "pip install --no-cache-dir --upgrade pip\npip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore -r requirements.txt",
        expects: "of a Dockerfile: what the file pins",
        installed: ["click==8.1", "flask==1.0", "pip==24.0"],
      },
      {
        command:
          "pip wheel --no-cache-dir --no-deps --wheel-dir wheels -r requirements.txt\npip install --no-cache wheels/*",
        expects: "of a Dockerfile in stages: the wheels of one stage are installed in the next",
        installed: ["click==8.1", "flask==1.0"],
      },
      {
        command: "python -m pip install --progress-bar off --no-input -q -r requirements.txt\npython -m pip check",
        expects: "of a workflow: quiet, and checked",
        installed: ["click==8.1", "flask==1.0"],
      },
      {
        command: "python -m pip install --no-color --exists-action w -r requirements.txt\npython -m pip freeze --all",
        expects: "of tox: `install_command` and `list_dependencies_command`",
        prints: /^flask==1\.0$/m,
      },
      {
        command: "python -m pip install -e . pytest\nuv pip install -e . pytest",
        expects: "of nox: `session.install`, by pip and by uv; the second finds all there",
        installed: ["click==8.1", "my_app==1.0", "pytest==8.0"],
      },
    ],
  },
];
