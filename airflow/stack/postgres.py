"""A PostgreSQL server in a folder, on a unix socket that nobody else can reach."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

#: Where the server's programs are, besides the PATH.
PLACES = (
    ("/usr/lib/postgresql", "*/bin"),
    ("/opt/homebrew/opt", "postgresql@*/bin"),
    ("/usr/local/opt", "postgresql@*/bin"),
)
#: Enough for Airflow's components and the tasks of a run.
CONNECTIONS = 100


class Postgres:
    """The server of one folder, with a superuser `postgres` that only its owner can log in as."""

    def __init__(self, folder, lasting=True):
        """Name the folder; data that may be lost with the machine's power are `lasting=False`."""
        self.folder = Path(folder)
        self.data = self.folder / "data"
        self.bin = _programs()
        self.lasting = lasting
        # The server refuses to run as root.
        self.account = _account() if os.getuid() == 0 else None

    def start(self):
        """Make the cluster when there is none, and start it when it does not run."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        if self.account:
            os.chown(self.folder, self.account.pw_uid, self.account.pw_gid)
        if not (self.data / "PG_VERSION").exists():
            self._run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")
        if self._run("pg_ctl", "status", "-D", self.data, check=False) == 0:
            return
        settings = {"listen_addresses": "", "unix_socket_permissions": "0700", "max_connections": CONNECTIONS}
        if not self.lasting:
            settings |= {"fsync": "off", "synchronous_commit": "off"}
        options = [f"-k {self.folder}", *(f"-c {name}={value}" for name, value in settings.items())]
        log = self.folder / "server.log"
        self._run("pg_ctl", "start", "--wait", "-D", self.data, "-l", log, "-o", " ".join(options))

    def stop(self):
        """Stop the server; connections that are still there are ended."""
        self._run("pg_ctl", "stop", "--wait", "--mode=fast", "-D", self.data, check=False)

    def make(self, database, owner=None):
        """Make a login and a database, unless they are there."""
        if owner not in self.ask("select rolname from pg_roles").split():
            self.ask(f"create role {owner} login")
        if database not in self.ask("select datname from pg_database").split():
            self.ask(f"create database {database} owner {owner}")

    def ask(self, statement, database="postgres"):
        """Return what a statement answers, as text."""
        return self._psql(database, "--command", statement)

    def load(self, script, database):
        """Run a script as the superuser."""
        self._psql(database, "--file", str(script))

    def url(self, database, user, dialect="postgresql"):
        """Return the address of a database for a login."""
        return f"{dialect}:///{database}?host={self.folder}&user={user}"

    def _psql(self, database, *arguments):
        command = [self.bin / "psql", "-v", "ON_ERROR_STOP=1", "--no-psqlrc", "--quiet", "-At"]
        command += ["-h", self.folder, "-U", "postgres", "-d", database, *arguments]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"psql in {database}: {done.stderr.strip()}")
        return done.stdout.strip()

    def _run(self, program, *arguments, check=True):
        account = {}
        if self.account:
            account = {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        done = subprocess.run(
            [self.bin / program, *arguments],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if check else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **account,
        )
        if check and done.returncode != 0:
            log = self.folder / "server.log"
            more = log.read_text(encoding="utf-8")[-2000:] if log.exists() else ""
            raise RuntimeError(f"{program} ended with code {done.returncode}: {done.stdout.strip()}\n{more}")
        return done.returncode


def _programs():
    """Return the folder with initdb and postgres."""
    found = shutil.which("initdb")
    candidates = [os.environ.get("JOB_ETL_PG_BIN"), found and str(Path(found).resolve().parent)]
    for root, pattern in PLACES:
        candidates += sorted(Path(root).glob(pattern), reverse=True)
    for candidate in candidates:
        if candidate and (Path(candidate) / "initdb").exists() and (Path(candidate) / "postgres").exists():
            return Path(candidate)
    raise RuntimeError("no PostgreSQL server programs: apt-get install postgresql, or set JOB_ETL_PG_BIN")


def _account():
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("PostgreSQL refuses to run as root, and there is no account `postgres`")
