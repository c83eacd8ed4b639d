import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';

/** A name leads to no address that may be gone to: none at which anybody on the internet could have it, or the machine's own. */
export class NotPublic extends Error {
  override readonly name = 'NotPublic';
}

// From IANA's special-purpose registries what a machine, its link, its site or its provider uses for itself, and where
// clouds answer their machines (169.254.169.254 and fd00:ec2::254 are in those, 168.63.129.16 of Azure is not). The
// networks for documentation are left out: nobody has secrets there, and laboratories let them stand for the internet.
const ipv4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const;
const ipv6 = [
  ['::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2002::', 16],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
] as const;

// IPv4 within IPv6 (`::ffff:10.0.0.1`) is found by the IPv4 rules.
const special = new BlockList();
for (const [address, prefix] of ipv4) {
  special.addSubnet(address, prefix, 'ipv4');
  // NAT64: where a network has only IPv6, public IPv4 addresses are rightly seen so.
  special.addSubnet(`64:ff9b::${address}`, 96 + prefix, 'ipv6');
}
for (const [address, prefix] of ipv6) special.addSubnet(address, prefix, 'ipv6');

// Where clouds answer their machines about themselves, with credentials in the answer, and everything else of the link.
const own = new BlockList();
own.addSubnet('169.254.0.0', 16, 'ipv4');
own.addSubnet('64:ff9b::169.254.0.0', 112, 'ipv6');
own.addAddress('168.63.129.16', 'ipv4');
own.addAddress('100.100.100.200', 'ipv4');
own.addAddress('192.0.0.192', 'ipv4');
// Of Amazon, Google, Oracle and Scaleway; and NAT64 of a network's own.
own.addSubnet('fd00:ec2::', 32, 'ipv6');
own.addSubnet('fd20:ce::', 32, 'ipv6');
own.addSubnet('fd00:c1::', 32, 'ipv6');
own.addSubnet('fd00:42::', 32, 'ipv6');
own.addSubnet('64:ff9b:1::', 48, 'ipv6');
own.addSubnet('fe80::', 10, 'ipv6');

export function isPublic(address: string): boolean {
  return isOutside(special, address);
}

/** Whether an address is none at which a machine learns something of itself, wherever else it leads. */
export function isElsewhere(address: string): boolean {
  return isOutside(own, address);
}

function isOutside(list: BlockList, address: string): boolean {
  // With a zone (`fe80::1%2`) it is of this link.
  if (isIP(address) === 0 || address.includes('%')) return false;
  return !list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/**
 * For a connection that may go to public addresses only: it is made to one of those which were checked, so that a name
 * cannot mean another address a moment later. Fails with {@link NotPublic} where there are none.
 */
export function publicLookup(lookup: LookupFunction): LookupFunction {
  return checkedLookup(lookup, isPublic, 'which is not public');
}

/** As {@link publicLookup}, for a connection that may go anywhere but to where the machine learns of itself. */
export function listedLookup(lookup: LookupFunction): LookupFunction {
  return checkedLookup(lookup, isElsewhere, notElsewhere);
}

const notElsewhere = 'where this machine asks about itself';

/** For a host that is an address, which is never looked up. @throws NotPublic */
export function refuseOwnAddress(host: string): void {
  if (isIP(host) !== 0 && !isElsewhere(host)) throw new NotPublic(`${host} is ${notElsewhere}`);
}

function checkedLookup(
  lookup: LookupFunction,
  allows: (address: string) => boolean,
  otherwise: string,
): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return done(error, []);
      const all = typeof found === 'string' ? [{ address: found, family: isIPv6(found) ? 6 : 4 }] : found;
      const checked = all.filter(({ address }) => allows(address));
      const [first] = checked;
      if (first === undefined) {
        const at = all.map(({ address }) => address).join(', ');
        return done(new NotPublic(`${hostname} leads to ${at}, ${otherwise}`), []);
      }
      return options.all === true ? done(null, checked) : done(null, first.address, first.family);
    });
  };
}
