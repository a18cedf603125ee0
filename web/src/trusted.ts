// Trusted Types: strings may become markup (HTMX swaps our own pages), never script.

interface Policies {
  createPolicy(name: string, rules: Record<string, (text: string) => string>): unknown;
}

const BUILT = /^\/(static\/built\/|sw\.js|push\.js)/;

export function guard(scope: { trustedTypes?: Policies; location: { origin: string } }): void {
  scope.trustedTypes?.createPolicy("default", {
    createHTML: (html) => html,
    createScript: () => { throw new TypeError("no text becomes script here"); },
    createScriptURL: (address) => {
      const url = new URL(address, scope.location.origin);
      if (url.origin !== scope.location.origin || !BUILT.test(url.pathname)) throw new TypeError(`${address} is no script of ours`);
      return address;
    },
  });
}
