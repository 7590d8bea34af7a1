"""SQL that Django compiles once: the few statements that every run executes. Used from accounts up to conversations.

Measured: of the CPU of starting and settling a run 55 % was Django compiling eleven statements into the same SQL as
for the run before, 4 % the database executing it. A statement is written as a queryset, with `Param` where each call
has its own value; it is compiled at its first use, and after that only the values change. Everything that does not
run with every generation stays a plain queryset.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.expressions import Expression
from django.db.models.query import get_related_populators
from django.db.models.sql import UpdateQuery

M = TypeVar("M", bound=models.Model)
T = TypeVar("T")


class Param(Expression):
    """A value that each call gives anew, by name; prepared for the database as a value of `field` is."""

    def __init__(self, name: str, field: "models.Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    @classmethod
    def of(cls, model: type[models.Model], name: str) -> "Param":
        """A value for the field of that name."""
        field: Any = model._meta.get_field(name)
        return cls(name, getattr(field, "target_field", field))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """A placeholder, and among the parameters the promise of a value."""
        return "%s", (self,)

    def prepared(self, values: Mapping[str, object], connection: Any) -> Any:
        """What the database is given."""
        return self.output_field.get_db_prep_save(values[self.name], connection)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """SQL and its parameters, constants and promises; `read` makes what the caller wants of a row."""

    sql: str
    params: Sequence[Any]
    read: Callable[[Sequence[Any], Any], Any] | None = None

    def given(self, values: Mapping[str, object], connection: Any) -> list[Any]:
        """The parameters of one call."""
        return [p.prepared(values, connection) if isinstance(p, Param) else p for p in self.params]


class _Statement:
    """Compiles itself at its first use with a kind of database: models and connection are ready only then."""

    def __init__(self) -> None:
        self._compiled: dict[str, _Compiled] = {}

    def _ready(self, connection: Any) -> _Compiled:
        found = self._compiled.get(connection.vendor)
        if found is None:
            found = self._compiled[connection.vendor] = self._compile()
        return found

    def _compile(self) -> _Compiled:
        raise NotImplementedError


class Select(_Statement, Generic[T]):
    """A query; its rows are instances with what select_related brings, or the dictionaries of values()."""

    def __init__(self, build: "Callable[[], models.QuerySet[Any, T]]") -> None:
        super().__init__()
        self._build = build

    def first(self, **values: object) -> T | None:
        """The first row, in the order that the query asks for."""
        connection = connections[DEFAULT_DB_ALIAS]
        statement = self._ready(connection)
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.given(values, connection))
            row = cursor.fetchone()
        return None if row is None or statement.read is None else statement.read(row, connection)

    def _compile(self) -> _Compiled:
        compiler = self._build()[:1].query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()  # first: it fills in what the reader asks for
        return _Compiled(sql, params, _reader(compiler))


class Update(_Statement):
    """An update: the rows, and what each of their `columns` becomes. A column is named after its field."""

    def __init__(self, build: "Callable[[], models.QuerySet[Any]]", columns: Sequence[str]) -> None:
        super().__init__()
        self._build, self._columns = build, columns

    def execute(self, **values: object) -> int:
        """Returns how many rows there were."""
        connection = connections[DEFAULT_DB_ALIAS]
        statement = self._ready(connection)
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.given(values, connection))
            return int(cursor.rowcount)

    def _compile(self) -> _Compiled:
        rows = self._build()
        query: Any = rows.query.chain(UpdateQuery)
        query.add_update_values({name: Param.of(rows.model, name) for name in self._columns})
        return _Compiled(*query.get_compiler(DEFAULT_DB_ALIAS).as_sql())


class Insert(Generic[M]):
    """New rows of a model, as `save(force_insert=True)` writes them, without signals."""

    def __init__(self, model: type[M]) -> None:
        meta: Any = model._meta
        self._table, self._key = meta.db_table, meta.pk
        self._fields = [field for field in meta.concrete_fields if not isinstance(field, models.AutoField)]
        self._sqls: dict[tuple[str, int], str] = {}

    def execute(self, *rows: M) -> None:
        """Insert all rows in one statement; a key that the database makes is put into its row."""
        connection = connections[DEFAULT_DB_ALIAS]
        values = [f.get_db_prep_save(f.pre_save(row, True), connection) for row in rows for f in self._fields]
        with connection.cursor() as cursor:
            cursor.execute(self._sql(connection, len(rows)), values)
            for row in rows:
                if self._key not in self._fields:
                    row.pk = cursor.fetchone()[0]
                row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS

    def _sql(self, connection: Any, count: int) -> str:
        kind = (connection.vendor, count)
        if kind not in self._sqls:
            quote = connection.ops.quote_name
            columns = ", ".join(quote(field.column) for field in self._fields)
            places = ", ".join([f"({', '.join(['%s'] * len(self._fields))})"] * count)
            made = "" if self._key in self._fields else f" RETURNING {quote(self._key.column)}"
            self._sqls[kind] = f"INSERT INTO {quote(self._table)} ({columns}) VALUES {places}{made}"  # noqa: S608 - our own names
        return self._sqls[kind]


def _reader(compiler: Any) -> Callable[[Sequence[Any], Any], Any]:
    converters = list(compiler.get_converters(column[0] for column in compiler.select).items())
    make = _dictionary_maker(compiler.query) if compiler.query.values_select else _instance_maker(compiler)

    def read(row: Sequence[Any], connection: Any) -> Any:
        values = list(row)
        for place, (converts, column) in converters:
            for convert in converts:
                values[place] = convert(values[place], column, connection)
        return make(values)

    return read


def _instance_maker(compiler: Any) -> Callable[[Sequence[Any]], Any]:
    """As django.db.models.query.ModelIterable does."""
    info, select = compiler.klass_info, compiler.select
    start, end = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [column[0].target.attname for column in select[start:end]]
    related = get_related_populators(info, select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]  # types of a later Django

    def make(values: Sequence[Any]) -> Any:
        made = info["model"].from_db(DEFAULT_DB_ALIAS, names, values[start:end])
        for populator in related:
            populator.populate(values, made)
        return made

    return make


def _dictionary_maker(query: Any) -> Callable[[Sequence[Any]], Any]:
    """As django.db.models.query.ValuesIterable does."""
    names = (*query.extra_select, *query.values_select, *query.annotation_select)
    return lambda values: dict(zip(names, values, strict=True))
