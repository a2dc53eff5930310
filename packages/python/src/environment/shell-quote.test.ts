import { describe, expect, test } from "vitest";
import { activationScripts } from "./activation-scripts.ts";
import { escapeBatch, quoteCsh, quoteFish, quoteNu, quotePosix, quotePowerShell, quotePython } from "./shell-quote.ts";

describe("a path becomes one word of each shell's language", () => {
  test.each([
    [quotePosix, `it's $x`, `'it'\\''s $x'`],
    [quoteFish, `it's a\\b`, `'it\\'s a\\\\b'`],
    [quoteCsh, `it's now!\n`, `'it'\\''s now\\!\\\n'`],
    [quotePowerShell, `it's \u2019x`, `'it''s \u2019\u2019x'`],
    [escapeBatch, `50% "of"`, `50%% of`],
    [quoteNu, `a"b\\c`, `"a\\"b\\\\c"`],
    [quotePython, `a"b\\c\n`, `"a\\"b\\\\c\\n"`],
  ])("%o: %s", (quote, text, expected) => {
    expect(quote(text)).toBe(expected);
  });
});

describe("the scripts of an environment on Windows", () => {
  const scripts = activationScripts({
    prefix: "C:\\100% mine\\env",
    prompt: "env",
    scripts: "Scripts",
    sitePackages: ["../Lib/site-packages"],
  });
  test("cover bash, zsh, fish, csh, PowerShell, cmd, nushell and embedding programs", () => {
    expect(Object.keys(scripts)).toEqual([
      "activate",
      "activate.fish",
      "activate.csh",
      "Activate.ps1",
      "activate.bat",
      "deactivate.bat",
      "activate.nu",
      "activate_this.py",
    ]);
  });
  test("name its path in the form of each", () => {
    expect(scripts["activate.bat"]).toContain('@set "VIRTUAL_ENV=C:\\100%% mine\\env"\r\n');
    expect(scripts["Activate.ps1"]).toContain("$env:VIRTUAL_ENV = 'C:\\100% mine\\env'\n");
    expect(scripts["activate.nu"]).toContain('let virtual_env = "C:\\\\100% mine\\\\env"\n');
    expect(scripts["activate_this.py"]).toContain('for folder in ["../Lib/site-packages"]:\n');
  });
  test("never let the prompt hold what a shell expands each time it shows it", () => {
    const { activate } = activationScripts({ prefix: "/e", prompt: "$(x) `y`", scripts: "bin", sitePackages: [] });
    expect(activate).toContain(`PS1='((x) y) '`);
  });
});
