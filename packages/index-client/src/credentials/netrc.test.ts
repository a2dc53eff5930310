import { describe, expect, test } from "vitest";
import { credentialsInNetrc } from "./netrc.ts";

describe("the netrc file", () => {
  test.each([
    ["machine h login u password p", { username: "u", password: "p" }],
    ["machine h\n\tlogin u\n\tpassword p\n", { username: "u", password: "p" }],
    ["machine other login a password b\nmachine h login u password p", { username: "u", password: "p" }],
    ["default login d password e", { username: "d", password: "e" }],
    ["machine h login u password p\ndefault login d password e", { username: "u", password: "p" }],
    ['machine h login u password "p \\" q"', { username: "u", password: 'p " q' }],
    ["machine h login u password #p", { username: "u", password: "#p" }],
    ["# machine h login x password y\nmachine h login u account a password p", { username: "u", password: "p" }],
    ["macdef init\nmachine h login no password no\n\nmachine h login u password p", { username: "u", password: "p" }],
    ["machine h password p", { username: "", password: "p" }],
    ["machine other login a password b", undefined],
    ["machine h", undefined],
    ["", undefined],
  ])("%j", (text, expected) => {
    expect(credentialsInNetrc(text, "h")).toEqual(expected);
  });
});
