"""What tshark reads in files of NetFlow 5, NetFlow 9 and IPFIX messages; make_goldens.py calls it.

Each line: the files, then for one direction of one flow its source and port, destination and port, protocol, records,
packets, bytes, first and last second; `-` where the exporter does not say. Of ICMP the ports are type and code. Files
with more than MAX such directions have one line, `total`: directions, records, packets, bytes.
"""
import collections
import datetime
import re
import struct
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree

MAX = 12
PORT = 2055


def messages(data):
    """Version 9 does not say where a message ends: then it is the rest of the file."""
    while len(data) >= 4:
        version, number = struct.unpack(">HH", data[:4])
        length = {5: 24 + 48 * number, 10: number}.get(version, len(data))
        if length < 4:
            return
        yield data[:length]
        data = data[length:]


def capture(parts):
    """Each message in a UDP packet from one exporter to a collector."""
    out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1)]
    for part in parts:
        ip = struct.pack(">BBHIBBH4s4s", 0x45, 0, 28 + len(part), 0, 64, 17, 0, bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]))
        udp = struct.pack(">HHHH", PORT, PORT, 8 + len(part), 0)
        frame = bytes(12) + b"\x08\0" + ip + udp + part
        out.append(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)
    return b"".join(out)


def dissect(data, names):
    """The packets as tshark's XML."""
    parts = []
    for name in names:
        with open(f"{data}/{name}", "rb") as file:
            parts += messages(file.read())
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(capture(parts))
        file.flush()
        command = ["tshark", "-n", "-r", file.name, "-d", f"udp.port=={PORT},cflow", "-T", "pdml"]
        return ElementTree.fromstring(subprocess.run(command, capture_output=True, check=True).stdout)


def numbers(fields, *names):
    """The values of these fields, from their bytes, in the order of the record."""
    found = (field for field in fields if field.get("name") in names and field.get("value"))
    return [int(field.get("value"), 16) for field in found]


def number(fields, *names):
    return next(iter(numbers(fields, *names)), None)


def text(fields, *names):
    found = {field.get("name"): field.get("show") for field in reversed(fields)}
    return next((found[name] for name in names if name in found), None)


def moment(fields, name, boot):
    """A time in seconds since 1970."""
    shown = text(fields, f"cflow.abs{name}")
    if shown is not None:
        date, fraction = shown.removesuffix(" UTC").split(".")
        date = datetime.datetime.strptime(date, "%b %d, %Y %H:%M:%S").replace(tzinfo=datetime.timezone.utc)
        seconds = date.timestamp() + float("0." + fraction)
        # An uptime of 0 is shown as the date of 0, too.
        return seconds if seconds > 0 else boot and boot / 1e3
    uptime = number(fields, f"cflow.{name}")
    return None if uptime is None or boot is None else (boot + uptime) / 1e3


def flows(root):
    """Every record as (ends, counts forth, counts back, times)."""
    for message in (proto for proto in root.iter("proto") if proto.get("name") == "cflow"):
        head = list(message.iter("field"))
        boot = None
        if number(head, "cflow.sysuptime") is not None:
            sent = number(head, "cflow.unix_secs") * 1000 + (number(head, "cflow.unix_nsecs") or 0) // 1_000_000
            boot = sent - number(head, "cflow.sysuptime")
        for record in message.iter("field"):
            if not re.match(r"(pdu|Flow) \d+", record.get("show") or ""):
                continue
            fields = list(record.iter("field"))
            if any("scope_" in (field.get("name") or "") for field in fields):
                continue
            yield flow(fields, number(fields, "cflow.sys_init_time") or boot)


def flow(fields, boot):
    source = text(fields, "cflow.srcaddr", "cflow.srcaddrv6", "cflow.srcmac")
    destination = text(fields, "cflow.dstaddr", "cflow.dstaddrv6", "cflow.dstmac")
    protocol = number(fields, "cflow.protocol")
    ports = [number(fields, "cflow.srcport"), number(fields, "cflow.dstport")]
    if protocol in (1, 58):
        both = number(fields, "cflow.icmp_type_code_ipv4", "cflow.icmp_type_code_ipv6")
        both = ports[1] if both is None else both
        kind = number(fields, "cflow.icmp_ipv4_type", "cflow.icmp_ipv6_type")
        if kind is not None:
            both = kind << 8 | (number(fields, "cflow.icmp_ipv4_code", "cflow.icmp_ipv6_code") or 0)
        ports = [None, None] if both is None else [both >> 8, both & 255]
    octets = ["cflow.octets", "cflow.octets64", "cflow.permanent_octets", "cflow.initiator_octets"]
    packets = ["cflow.packets", "cflow.packets64", "cflow.permanent_packets", "cflow.initiator_packets"]
    forth = [number(fields, *packets), number(fields, *octets)]
    back = [number(fields, "cflow.responder_packets"), number(fields, "cflow.responder_octets")]
    # RFC 5103 gives what came back the same names, which tshark shows a second time.
    for at, name in ((0, "cflow.permanent_packets"), (1, "cflow.permanent_octets")):
        back[at] = next(iter(numbers(fields, name)[1:]), back[at])
    times = [moment(fields, "timestart", boot), moment(fields, "timeend", boot)]
    return (source, ports[0], destination, ports[1], protocol), forth, back, times


def print_flows(data, line):
    found = collections.OrderedDict()

    def add(ends, counts, times):
        entry = found.setdefault(ends, [0, 0, 0, [], []])
        entry[0] += 1
        for at in (0, 1):
            entry[1 + at] += counts[at] or 0
            entry[3 + at] += [times[at]] if times[at] is not None else []

    for ends, forth, back, times in flows(dissect(data, line.split("+"))):
        if ends[0] is None:
            continue
        add(ends, forth, times)
        if back != [None, None]:
            add((ends[2], ends[3], ends[0], ends[1], ends[4]), back, times)
    if len(found) > MAX:
        sums = [sum(entry[at] for entry in found.values()) for at in range(3)]
        print(line, "total", len(found), *sums, sep="\t")
        return
    for ends, (records, packets, octets, first, last) in found.items():
        moments = [f"{pick(times):.3f}" if times else "-" for pick, times in ((min, first), (max, last))]
        print(line, *("-" if end is None else end for end in ends), records, packets, octets, *moments, sep="\t")
