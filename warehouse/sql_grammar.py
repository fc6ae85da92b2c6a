"""What a query may be made of: the kinds of syntax node, functions, types and options that are let through.

Everything that is not named here is refused, so that a new feature of the parser or of the engine is refused too.
A kind is a class of sqlglot's tree, compared exactly: a subclass of an allowed class is not allowed.

Left out on purpose: functions whose value depends on anything but their arguments (clock, chance, settings,
environment, files), on row order without an ORDER BY (`first`, `any_value`, `mode` and
`arg_max` of a tie), that make text or
lists of any length (`repeat`, `replace`, `range`, `list`), and all that takes a lambda, a struct, a map or JSON.
"""

from sqlglot import exp

QUERIES: frozenset[type] = frozenset(
    {exp.Select, exp.Union, exp.Intersect, exp.Except, exp.Subquery, exp.With, exp.CTE}
)
CLAUSES: frozenset[type] = frozenset(
    {
        exp.Distinct,
        exp.Filter,
        exp.From,
        exp.Group,
        exp.Having,
        exp.Join,
        exp.Limit,
        exp.Offset,
        exp.Order,
        exp.Ordered,
        exp.Qualify,
        exp.Where,
        exp.Window,
        exp.WindowSpec,
    }
)
NAMES: frozenset[type] = frozenset(
    {exp.Alias, exp.Column, exp.Identifier, exp.Star, exp.Table, exp.TableAlias}
)
VALUES: frozenset[type] = frozenset(
    {exp.Boolean, exp.DataType, exp.DataTypeParam, exp.Literal, exp.Null, exp.Tuple, exp.Var}
)
OPERATORS: frozenset[type] = frozenset(
    {
        exp.Add,
        exp.And,
        exp.Between,
        exp.Case,
        exp.DPipe,
        exp.Div,
        exp.EQ,
        exp.Exists,
        exp.GT,
        exp.GTE,
        exp.If,
        exp.ILike,
        exp.In,
        exp.IntDiv,
        exp.Is,
        exp.LT,
        exp.LTE,
        exp.Like,
        exp.Mod,
        exp.Mul,
        exp.NEQ,
        exp.Neg,
        exp.Not,
        exp.NullSafeEQ,
        exp.NullSafeNEQ,
        exp.Or,
        exp.Paren,
        exp.Sub,
        exp.Xor,
    }
)
AGGREGATES: frozenset[type] = frozenset(
    {
        exp.Avg,
        exp.Corr,
        exp.Count,
        exp.CountIf,
        exp.CovarPop,
        exp.CovarSamp,
        exp.LogicalAnd,
        exp.LogicalOr,
        exp.Max,
        exp.Median,
        exp.Min,
        exp.PercentileCont,
        exp.PercentileDisc,
        exp.Stddev,
        exp.StddevPop,
        exp.StddevSamp,
        exp.Sum,
        exp.Variance,
        exp.VariancePop,
    }
)
RANKINGS: frozenset[type] = frozenset(
    {
        exp.CumeDist,
        exp.DenseRank,
        exp.FirstValue,
        exp.Lag,
        exp.LastValue,
        exp.Lead,
        exp.NthValue,
        exp.Ntile,
        exp.PercentRank,
        exp.Rank,
        exp.RowNumber,
    }
)
SCALARS: frozenset[type] = frozenset(
    {
        exp.Abs,
        exp.Cast,
        exp.Ceil,
        exp.Coalesce,
        exp.Concat,
        exp.Contains,
        exp.Day,
        exp.EndsWith,
        exp.Exp,
        exp.Extract,
        exp.Floor,
        exp.Greatest,
        exp.Least,
        exp.Length,
        exp.Ln,
        exp.Lower,
        exp.Month,
        exp.Nullif,
        exp.Pow,
        exp.Quarter,
        exp.Round,
        exp.Sign,
        exp.Sqrt,
        exp.StartsWith,
        exp.StrPosition,
        exp.Substring,
        exp.Trim,
        exp.TryCast,
        exp.Upper,
        exp.Year,
    }
)
FUNCTIONS = AGGREGATES | RANKINGS | SCALARS
NODES = QUERIES | CLAUSES | NAMES | VALUES | OPERATORS | FUNCTIONS

TYPES = frozenset(
    {
        exp.DType.BIGINT,
        exp.DType.BOOLEAN,
        exp.DType.DATE,
        exp.DType.DECIMAL,
        exp.DType.DOUBLE,
        exp.DType.FLOAT,
        exp.DType.INT,
        exp.DType.INT128,
        exp.DType.SMALLINT,
        exp.DType.TEXT,
        exp.DType.TIMESTAMP,
        exp.DType.TINYINT,
        exp.DType.VARCHAR,
    }
)
"""Types of a cast."""

OPTIONS: dict[type, frozenset[str]] = {
    exp.DPipe: frozenset({"safe"}),
    exp.TryCast: frozenset({"safe", "requires_string"}),
    exp.Boolean: frozenset({"this"}),
    exp.Coalesce: frozenset({"is_null", "is_nvl"}),
    exp.Column: frozenset({"join_mark"}),
    exp.Concat: frozenset({"coalesce", "safe"}),
    exp.Contains: frozenset({"json_scope"}),
    exp.Count: frozenset({"big_int"}),
    exp.DataType: frozenset({"this", "nested"}),
    exp.Div: frozenset({"typed", "safe"}),
    exp.Except: frozenset({"distinct"}),
    exp.ILike: frozenset({"negate"}),
    exp.Identifier: frozenset({"this", "quoted"}),
    exp.Intersect: frozenset({"distinct"}),
    exp.Is: frozenset({"negate"}),
    exp.Join: frozenset({"side", "kind", "method"}),
    exp.Length: frozenset({"binary"}),
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Like: frozenset({"negate"}),
    exp.Ln: frozenset({"safe"}),
    exp.Ordered: frozenset({"desc", "nulls_first"}),
    exp.Trim: frozenset({"position"}),
    exp.Union: frozenset({"distinct"}),
    exp.Var: frozenset({"this"}),
    exp.Window: frozenset({"over"}),
    exp.WindowSpec: frozenset({"kind", "start", "start_side", "end", "end_side"}),
}
"""Arguments that are plain values and not nodes, by kind; others must be absent or false."""
JOINS = frozenset({"", "INNER", "CROSS", "OUTER", "LEFT", "RIGHT", "FULL", "NATURAL"})
"""What a join may be called: ASOF, POSITIONAL, SEMI, ANTI and LATERAL are left out."""
WORDS = (
    JOINS
    | frozenset(
        "OVER ROWS RANGE GROUPS UNBOUNDED PRECEDING FOLLOWING LEADING TRAILING BOTH".split()
    )
    | {"CURRENT ROW"}
)
"""What an option other than a node's own name or value may say."""
FORBIDDEN_ARGUMENTS: dict[type, frozenset[str]] = {
    exp.Distinct: frozenset({"on"}),
    exp.Star: frozenset({"except_", "replace", "rename", "ilike"}),
    exp.Table: frozenset({"joins"}),
    exp.TableAlias: frozenset({"columns"}),
}
"""Arguments made of allowed nodes that are refused all the same: what they rename or leave out is hard to follow."""
PARTS_OF_A_DATE = frozenset({"YEAR", "QUARTER", "MONTH", "DAY"})
"""Words that stand bare, and only in EXTRACT."""
