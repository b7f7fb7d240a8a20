"""Holds exported files to what their makers publish: OASIS's STIX 2.1 schemas, AWS's service models and CloudFormation
resource schemas. For Suricata rules, which Debian 12 has no program for, a reader that is not ours.

Run: python official.py KIND FILE... with the packages of requirements.txt. Prints each fault and exits with 1 if there
is one, and names how much it looked at otherwise. tests/tools.rs runs it.
"""

import ipaddress
import json
import pathlib
import re
import sys


def stix(path):
    """OASIS's own validator, and its checks of the specification's recommendations as faults, too."""
    from stix2validator import ValidationOptions, validate_file

    # 103 asks for random UUIDs. The specification (2.9) only recommends them, and ours repeat for the same list.
    answer = validate_file(str(path), ValidationOptions(version="2.1", strict=True, disabled="103"))
    objects = [answer] if not hasattr(answer, "object_results") else [answer, *answer.object_results]
    for one in objects:
        faults = list(getattr(one, "errors", None) or []) + list(getattr(one, "warnings", None) or [])
        yield from (str(fault) for fault in faults)
    if not answer.is_valid:
        yield "not valid STIX 2.1"


def patterns(shape, value, at):
    """What botocore's own validator leaves out: patterns, longest lengths and the values of enumerations."""
    if shape.type_name == "structure":
        for name, member in value.items():
            if name not in shape.members:
                yield f"{at}.{name}: there is no such parameter"
            else:
                yield from patterns(shape.members[name], member, f"{at}.{name}")
    elif shape.type_name == "list":
        if len(value) > shape.metadata.get("max", len(value)):
            yield f"{at}: {len(value)} items"
        for number, item in enumerate(value):
            yield from patterns(shape.member, item, f"{at}[{number}]")
    elif shape.type_name == "string":
        pattern, most = shape.metadata.get("pattern"), shape.metadata.get("max", len(value))
        if pattern and not re.fullmatch(pattern.replace(r"\p{L}\p{Z}\p{N}", r"\w\s"), value):
            yield f"{at}: {value!r} is not as {pattern}"
        if len(value) > most:
            yield f"{at}: {len(value)} characters"
        if getattr(shape, "enum", None) and value not in shape.enum:
            yield f"{at}: {value!r} is none of {shape.enum}"


def held(service, operation, parameters):
    """The parameters of one request, by AWS's model of the service."""
    import botocore.loaders
    import botocore.model
    import botocore.validate

    model = botocore.loaders.Loader().load_service_model(service, "service-2")
    shape = botocore.model.ServiceModel(model).operation_model(operation).input_shape
    report = botocore.validate.ParamValidator().validate(parameters, shape)
    if report.has_errors():
        yield report.generate_report()
    yield from patterns(shape, parameters, operation)


def aws_waf(path):
    request = json.loads(path.read_text())
    yield from held("wafv2", "CreateIPSet", request)
    for text in request["Addresses"]:
        network = ipaddress.ip_network(text)
        # WAF takes every prefix but /0, and only with its length.
        if "/" not in text or network.prefixlen == 0 or f"IPV{network.version}" != request["IPAddressVersion"]:
            yield f"{text} is no entry of this set"


def aws_network_acl(path):
    from cfnlint.api import ManualArgs, lint

    # W2001 minds that a template without entries does not use its parameter, which the same command still gives.
    matches = lint(path.read_text(), config=ManualArgs(regions=["us-east-1", "eu-central-1"], ignore_checks=["W2001"]))
    yield from (str(match) for match in matches)
    for name, resource in json.loads(path.read_text())["Resources"].items():
        if resource["Type"] != "AWS::EC2::NetworkAclEntry":
            continue
        # The template's properties are the request's, but for the reference and two names.
        given = {"Ipv6CidrBlock": "Ipv6CidrBlock", "CidrBlock": "CidrBlock", "RuleNumber": "RuleNumber",
                 "RuleAction": "RuleAction", "Egress": "Egress"}
        entry = {ours: resource["Properties"][theirs] for theirs, ours in given.items() if theirs in resource["Properties"]}
        entry |= {"NetworkAclId": "acl-0", "Protocol": str(resource["Properties"]["Protocol"])}
        yield from (f"{name}: {fault}" for fault in held("ec2", "CreateNetworkAclEntry", entry))


HEADER = re.compile(r"ip \[([0-9a-f.:/,]+)\] any -> any any")


def suricata(path):
    import suricataparser

    numbers = set()
    for line in path.read_text().splitlines():
        if line.startswith("#"):
            continue
        rule = suricataparser.parse_rule(line)
        if rule is None:
            yield f"no rule: {line[:200]}"
            continue
        header = HEADER.fullmatch(rule.header)
        if rule.action != "drop" or header is None:
            yield f"not understood: {rule.action} {rule.header[:200]}"
            continue
        for network in header[1].split(","):
            ipaddress.ip_network(network)
        if [option.name for option in rule.options] != ["msg", "sid", "rev"] or rule.sid in numbers:
            yield f"options or number: {line[-200:]}"
        numbers.add(rule.sid)


KINDS = {"stix": stix, "aws_waf": aws_waf, "aws_network_acl": aws_network_acl, "suricata": suricata}


def main(kind, *files):
    count = 0
    for name in files:
        path = pathlib.Path(name)
        try:
            for fault in KINDS[kind](path):
                count += 1
                print(f"{path.name}: {fault}")
        except (ValueError, KeyError, TypeError) as fault:
            count += 1
            print(f"{path.name}: {type(fault).__name__}: {fault}")
    if count == 0:
        print(f"{kind}: {len(files)} files are as they should be")
    return int(count > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
