"""Rules that no tool on the market knows: how this house calls out, reads, asks the database, and fails."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from diary.storage.base import Owned
from diary.storage.schema import clinic_tables
from tests.house.rooms import inside, modules

FILES: Final = [(name, path) for name, path in modules() if not inside(name, "migrations")]

# Calls that leave the machine, and so must say when to give up. Those that follow redirects are not used at
# all: a 307 sends the same body to wherever a stranger points.
NEEDS_TIMEOUT: Final = ("HTTPConnection", "HTTPSConnection", "SMTP", "SMTP_SSL", "create_connection")
FOLLOWS_REDIRECTS: Final = ("urlopen", "build_opener", "urlretrieve")
CALLS_OUT: Final = ("diary.gateways",)
# marshmallow's own take 5.5 for 5, "1_0" for 10, "2026-W09-1" for a day; schemas/fields.py has strict ones.
COERCING: Final = (
    "Integer",
    "Float",
    "Boolean",
    "Date",
    "DateTime",
    "String",
    "UUID",
    "Decimal",
    "Email",
    "Url",
)
# Read without limits, twice-given keys and depth: diary/web/body.py reads bodies.
UNCHECKED: Final = ("get_json", "get_data")
RUNS_TEXT: Final = ("eval", "exec", "os.system", "pickle.loads", "pickle.load", "marshal.loads")
# Where `text` is a word on a picture, where rights are granted to a role by its quoted name, and where whole
# tables are copied by the names that the metadata gives them.
NOT_SQL: Final = ("diary.charts", "diary.storage.migrate", "diary.storage.dumping")
# (module, function): asks over all clinics, and why it may.
OVER_ALL_CLINICS: Final[dict[tuple[str, str], str]] = {
    ("diary.storage.outbox", "next_due_at"): "when the sender has to look again; no row leaves it",
    ("diary.storage.outbox", "count_by_state"): "numbers for the metrics; no row leaves it",
    ("diary.storage.reminders", "next_reminder_at"): "when the reminder has to look again; no row leaves it",
}

CLINIC_CLASSES: Final = {
    mapper.__name__
    for mapper in Owned.__subclasses__()
    if mapper.__tablename__ in {table.name for table in clinic_tables()}
}


def called(node: ast.Call) -> str:
    """The name that is called, with its owner where it has one: "ssl.wrap", "urlopen"."""
    return ast.unparse(node.func)


def sins(module: str, source: str) -> list[str]:
    """What a module does against these rules."""
    tree = ast.parse(source)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found += [f"{module}:{node.lineno} {sin}" for sin in _of_call(module, node)]
        if isinstance(node, ast.ExceptHandler) and _swallows(node):
            found.append(f"{module}:{node.lineno} swallows every error; name those that may come")
    return found + [f"{module}:{line} {sin}" for line, sin in _of_queries(module, tree)]


def _of_call(module: str, node: ast.Call) -> Iterator[str]:
    name = called(node)
    last = name.rpartition(".")[2]
    keywords = {keyword.arg for keyword in node.keywords}
    if last in NEEDS_TIMEOUT:
        if "timeout" not in keywords and not (last == "create_connection" and len(node.args) > 1):
            yield f"calls {name} without a timeout"
        if not any(inside(module, room) for room in CALLS_OUT):
            yield f"calls {name}: only {', '.join(CALLS_OUT)} speaks to other machines"
    if last in FOLLOWS_REDIRECTS:
        yield f"calls {name}, which follows redirects"
    if (
        name.startswith(("ma.fields.", "marshmallow.fields."))
        and last in COERCING
        and module != "schemas.fields"
    ):
        yield f"makes a {name}, which coerces; use the one of schemas/fields.py"
    if last in UNCHECKED and module != "diary.web.body":
        yield f"reads a body by {name}; diary/web/body.py does"
    if name.endswith("args.get") and "type" in keywords:
        yield "turns a query's text into a number by itself; read it by a schema"
    if name in RUNS_TEXT or (last in ("run", "Popen") and _is_true(node, "shell")):
        yield f"runs text as a program: {name}"
    speaks_sql = last in ("text", "execute") and not any(inside(module, room) for room in NOT_SQL)
    if speaks_sql and node.args and _is_put_together(node.args[0]):
        yield f"puts SQL together from text in {name}; bind the values"


def _swallows(handler: ast.ExceptHandler) -> bool:
    """Every error, and nothing is done about it: neither told, raised nor answered."""
    everything = handler.type is None or ast.unparse(handler.type) in ("Exception", "BaseException")
    return everything and all(isinstance(node, ast.Pass | ast.Continue) for node in handler.body)


def _is_true(node: ast.Call, name: str) -> bool:
    return any(
        keyword.arg == name and isinstance(keyword.value, ast.Constant) and keyword.value.value is True
        for keyword in node.keywords
    )


def _is_put_together(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod)


def _of_queries(module: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """A query on a clinic's table names the clinic, or the one row that was presented."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        words = ast.unparse(function)
        bound = (
            any(word in words for word in ("clinic_id", "own(", "clinic_of(")) or "presented" in function.name
        )
        if bound or (module, function.name) in OVER_ALL_CLINICS:
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and called(node) in ("select", "update", "delete"):
                named = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
                if named & CLINIC_CLASSES:
                    yield node.lineno, f"asks {', '.join(sorted(named & CLINIC_CLASSES))} over all clinics"


@pytest.mark.parametrize(("name", "path"), FILES, ids=[name for name, _ in FILES])
def test_a_module_calls_out_reads_and_asks_as_the_house_does(name: str, path: Path):
    assert sins(name, path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("module", "source", "told"),
    [
        ("diary.gateways.x", "http.client.HTTPSConnection(host)", "without a timeout"),
        ("diary.services.x", "HTTPSConnection(host, timeout=5)", "only diary.gateways"),
        ("diary.gateways.x", "urllib.request.urlopen(url, timeout=5)", "follows redirects"),
        ("schemas.x", "ma.fields.Integer()", "coerces"),
        ("diary.api.x", "request.get_json(silent=True)", "reads a body"),
        ("diary.desk.x", "request.args.get('page', type=int)", "by a schema"),
        ("diary.cli.x", "subprocess.run(line, shell=True)", "runs text"),
        ("diary.cli.x", "eval(line)", "runs text"),
        ("diary.storage.x", "session.execute(text(f'SELECT {name}'))", "puts SQL together"),
        ("diary.storage.x", "session.execute('SELECT ' + name)", "puts SQL together"),
        ("diary.services.x", "try:\n    f()\nexcept Exception:\n    pass", "swallows"),
        ("diary.storage.x", "def all_of_them(s):\n    return s.scalars(select(Patient))", "over all clinics"),
    ],
)
def test_a_planted_sin_is_caught(module, source, told):
    assert any(told in sin for sin in sins(module, source)), sins(module, source)


def test_what_is_in_order_is_let_through():
    for module, source in (
        ("diary.gateways.x", "http.client.HTTPSConnection(host, timeout=5)"),
        ("diary.storage.x", "session.execute(text('SELECT :a'), {'a': name})"),
        ("diary.storage.x", "def f(s):\n    return s.scalars(own(s, Patient))"),
        (
            "diary.storage.x",
            "def patient_presented(s, d):\n    return select(Patient).where(Patient.uid == d)",
        ),
        ("diary.services.x", "try:\n    f()\nexcept ValueError:\n    pass"),
    ):
        assert sins(module, source) == []
