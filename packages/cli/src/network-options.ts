import type { IndexOptions } from "@murre/installer";
import { type Command, InvalidArgumentError, Option } from "commander";
import { alias, collect, means } from "./words.ts";

type NetworkOptions = Pick<
  IndexOptions,
  "proxy" | "keyringProvider" | "cert" | "clientCert" | "trustedHosts" | "systemCerts" | "timeoutSeconds" | "retries"
>;

export interface NetworkFlags {
  readonly proxy?: string;
  readonly keyringProvider?: NonNullable<IndexOptions["keyringProvider"]>;
  readonly cert?: string;
  readonly clientCert?: string;
  readonly trustedHost?: string[];
  readonly systemCerts?: boolean;
  readonly timeout?: number;
  readonly retries?: number;
}

/** How servers are spoken with: pip's words, and uv's for the same. */
export function addNetworkOptions(command: Command, isShown = true): Command {
  const options = [
    new Option("--proxy <url>", "the proxy, as scheme://user:password@host:port"),
    new Option("--keyring-provider <provider>", "the keyring that is asked for passwords").choices([
      "auto",
      "disabled",
      "import",
      "subprocess",
    ]),
    new Option("--cert <path>", "the authorities to trust instead of all others (PEM)"),
    new Option("--client-cert <path>", "the client's certificate and key in one file (PEM)"),
    new Option("--trusted-host <host>", "a host, with or without port, whose certificate is not checked").argParser(
      collect,
    ),
    new Option("--system-certs", "trust the authorities that the system trusts"),
    new Option("--timeout <seconds>", "give up waiting for an answer after so long").argParser(numberOfSeconds),
    new Option("--retries <count>", "how often a failed request is sent again").argParser(wholeNumber),
  ];
  for (const option of options) command.addOption(isShown ? option : option.hideHelp());
  alias(command, "--allow-insecure-host <host>", "trustedHost", collect);
  alias(command, "--default-timeout <seconds>", "timeout", numberOfSeconds);
  means(command, "--native-tls", { systemCerts: true });
  return means(command, "--no-system-certs", { systemCerts: false });
}

/** What was given; the caller leaves out the rest. */
export function networkOptions(flags: NetworkFlags): {
  [Name in keyof NetworkOptions]: NetworkOptions[Name] | undefined;
} {
  return {
    proxy: flags.proxy,
    keyringProvider: flags.keyringProvider,
    cert: flags.cert,
    clientCert: flags.clientCert,
    trustedHosts: flags.trustedHost,
    systemCerts: flags.systemCerts,
    timeoutSeconds: flags.timeout,
    retries: flags.retries,
  };
}

function numberOfSeconds(text: string): number {
  if (!/^\d{1,9}(?:\.\d{1,9})?$/.test(text)) throw new InvalidArgumentError("Expected a number of seconds.");
  return Number(text);
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Expected a whole number.");
  return Number(text);
}
