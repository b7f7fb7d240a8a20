#!/usr/bin/env python3
"""Writes the goldens of tests/peers.rs: what tshark counts in each capture, as numbers only.

    tests/peers/make_goldens.py DATA tests/peers/captures.txt > tests/peers/tshark.tsv
    tests/peers/make_goldens.py DATA tests/peers/netflow.txt > tests/peers/netflow.tsv

DATA is the shared data folder, LIST a file of capture paths relative to it. tshark is Debian's.
Each line: capture, protocol, then for one conversation (a tshark stream) the lower end, the upper end, frames and
frame bytes from the lower to the upper and back, the first time and the last; or, where a capture has more than
MAX conversations, `total`, and conversations, frames and bytes. Ends are ordered as text, address then port.

A line of LIST that names files of NetFlow or IPFIX messages (joined by +, templates first) is handed to tshark as UDP
packets: see netflow.py beside this file.
"""
import collections
import ipaddress
import subprocess
import sys

import netflow

MAX = 30
FIELDS = ["frame.time_epoch", "frame.len", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "frame.protocols"]
STREAMS = {"tcp": ["tcp.stream", "tcp.srcport", "tcp.dstport"], "udp": ["udp.stream", "udp.srcport", "udp.dstport"]}


def packets(path, protocol):
    """The innermost occurrence of every field of every packet that has the protocol and is no ICMP error."""
    fields = FIELDS + STREAMS[protocol]
    command = ["tshark", "-n", "-r", path, "-Y", f"{protocol} and not icmp and not icmpv6"]
    command += ["-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE"]
    command += ["-T", "fields", "-E", "occurrence=l", "-E", "separator=/t"]
    for field in fields:
        command += ["-e", field]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    for line in run.stdout.splitlines():
        values = line.split("\t")
        if len(values) == len(fields):
            yield dict(zip(fields, values))


def end(packet, protocol, way):
    layers = packet["frame.protocols"].split(":")
    six = [i for i, layer in enumerate(layers) if layer == "ipv6"]
    four = [i for i, layer in enumerate(layers) if layer == "ip"]
    name = "ipv6" if (six or [-1])[-1] > (four or [-1])[-1] else "ip"
    address = packet[f"{name}.{way}"]
    return (str(ipaddress.ip_address(address)), int(packet[f"{protocol}.{way}port"]))


def conversations(path, protocol):
    found = collections.OrderedDict()
    for packet in packets(path, protocol):
        try:
            source, destination = end(packet, protocol, "src"), end(packet, protocol, "dst")
        except ValueError:
            continue
        if not packet["frame.time_epoch"]:
            continue
        low, high = sorted([source, destination])
        time = packet["frame.time_epoch"]
        key = (packet[f"{protocol}.stream"], low, high)
        entry = found.setdefault(key, [0, 0, 0, 0, time, time])
        way = 0 if source == low else 2
        entry[way] += 1
        entry[way + 1] += int(packet["frame.len"])
        entry[4] = min(entry[4], time, key=float)
        entry[5] = max(entry[5], time, key=float)
    return found


def main():
    data, listed = sys.argv[1:]
    for name in open(listed, encoding="utf-8").read().split("\n"):
        if not name or name.startswith("#"):
            continue
        if ".pcap" not in name:
            netflow.print_flows(data, name)
            continue
        for protocol in STREAMS:
            found = conversations(f"{data}/{name}", protocol)
            if len(found) > MAX:
                frames = sum(entry[0] + entry[2] for entry in found.values())
                length = sum(entry[1] + entry[3] for entry in found.values())
                print(name, protocol, "total", len(found), frames, length, sep="\t")
                continue
            for (_, low, high), entry in found.items():
                print(name, protocol, *low, *high, *entry, sep="\t")


main()
