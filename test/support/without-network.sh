#!/bin/sh
# Runs a command with no network but loopback, and with every question for a name going to 127.0.0.1. Only root may do that. A change
# of the network or of the mounts ends with the command and is seen by nobody else.
if [ "$1" != --inside ]; then exec unshare --net --mount -- "$0" --inside "$@"; fi
shift
set -e
names=$(mktemp)
echo 'nameserver 127.0.0.1' >"$names"
mount --bind "$names" /etc/resolv.conf
rm "$names"
# Loopback is down at first. 0x8914 is SIOCSIFFLAGS and 0x41 is IFF_UP with IFF_RUNNING; Perl is on every Debian, iproute2 is not.
exec perl -e '
  use Socket;
  socket(my $socket, PF_INET, SOCK_DGRAM, 0) or die "socket: $!\n";
  my $request = pack("a16 s x22", "lo", 0x41);
  ioctl($socket, 0x8914, $request) or die "lo: $!\n";
  exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!\n";
' "$@"
