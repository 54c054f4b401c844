"""Checks that every service of docker-compose.yml is as shut as it can be: check_compose.py [FILE]...

Each service must keep every rule below, or stand in EXCEPTIONS with the reason. Prints one line a breach
and exits 1. The form of the file is checked elsewhere, against the schema of compose.
"""

import re
import sys
from pathlib import Path

from ruamel.yaml import YAML

#: (service, rule) → why it cannot keep it.
EXCEPTIONS = {
    ("postgres", "user"): "its entry point reads the secrets as root, then becomes `postgres`",
    ("postgres", "cap_add"): "the same; the server itself has none of them",
    ("airflow-init", "healthcheck"): "it is over before a check would say anything; its code counts",
}
SECRET_NAME = re.compile(r"PASSW|SECRET|TOKEN|API_KEY|FERNET|DATABASE_URL|SQL_ALCHEMY|WEBHOOK_URL")
VARIABLE = re.compile(r"\$\{\w+:-([^}]*)\}")


def default(text):
    """Return the text with each variable replaced by its default."""
    return VARIABLE.sub(r"\1", str(text))


def is_pinned(image):
    """Tell whether an image has a digest, or a tag that names a version."""
    name = default(image)
    tag = name.rpartition("/")[2].partition(":")[2]
    return "@sha256:" in name or (bool(re.search(r"\d", tag)) and tag != "latest")


def bare_secrets(service):
    """Return the variables that hold a secret itself instead of the name of a file or command."""
    environment = service.get("environment") or {}
    names = environment if isinstance(environment, dict) else [line.partition("=")[0] for line in environment]
    return [name for name in names if SECRET_NAME.search(name) and not name.endswith(("_FILE", "_CMD"))]


def mounts(service):
    """Return the sources of what is mounted."""
    return [default(mount).partition(":")[0] for mount in service.get("volumes") or []]


RULES = {
    "read_only": lambda service: service.get("read_only") is True,
    "cap_drop": lambda service: service.get("cap_drop") == ["ALL"],
    "cap_add": lambda service: not service.get("cap_add"),
    "no-new-privileges": lambda service: "no-new-privileges:true" in (service.get("security_opt") or []),
    "user": lambda service: default(service.get("user", "root")).partition(":")[0] not in ("root", "0", ""),
    "mem_limit": lambda service: bool(service.get("mem_limit")),
    "pids_limit": lambda service: int(service.get("pids_limit") or 0) > 0,
    "healthcheck": lambda service: bool((service.get("healthcheck") or {}).get("test")),
    "restart": lambda service: service.get("restart") in ("unless-stopped", "no"),
    "log size": lambda service: bool(((service.get("logging") or {}).get("options") or {}).get("max-size")),
    "image with a version": lambda service: is_pinned(service.get("image", "")),
    "ports on loopback only": lambda service: all(
        str(port).startswith("127.0.0.1:") for port in service.get("ports") or []
    ),
    "networks of its own": lambda service: bool(service.get("networks")) and "network_mode" not in service,
    "secrets are files": lambda service: not bare_secrets(service),
    "nothing of the host": lambda service: not (
        {"privileged", "pid", "ipc", "userns_mode", "devices"} & set(service)
        or any("docker.sock" in source for source in mounts(service))
    ),
}


def complaints(document):
    """Yield what is wrong with a file."""
    services = document.get("services") or {}
    if not services:
        yield "it has no services"
    for name, service in services.items():
        for rule, keeps in RULES.items():
            if not keeps(service) and (name, rule) not in EXCEPTIONS:
                yield f"{name}: {rule}"
    for name, secret in (document.get("secrets") or {}).items():
        if set(secret) != {"file"}:
            yield f"secret {name}: a file and nothing else"
    for name, rule in EXCEPTIONS:
        if name not in services or RULES[rule](services[name]):
            yield f"{name}: {rule} is kept, so it is no exception any more"


def main(paths):
    """Check the files and say what was checked."""
    broken = 0
    for path in map(Path, paths or ["docker-compose.yml"]):
        document = YAML(typ="safe").load(path)
        for complaint in complaints(document):
            print(f"{path}: {complaint}", file=sys.stderr)
            broken += 1
        if not broken:
            print(f"{path}: {len(document['services'])} services keep {len(RULES)} rules")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
