"""Text to tree. The parser works without recursion, so no text can exhaust the stack."""

from decimal import Decimal
from functools import cache
from typing import Any, NoReturn, cast

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken, v_args
from lark.exceptions import VisitError

from services.billing.tariffs.expressions.tree import (
    Call,
    Chain,
    Comparison,
    Conditional,
    ExpressionError,
    Name,
    Negation,
    Node,
    Number,
    Text,
    Truth,
    levels,
)

LONGEST_TEXT = 4_000
DEEPEST_TREE = 60
MOST_DIGITS = 24

_GRAMMAR = r"""
?start: expression
?expression: disjunction
    | IF expression "then" expression "else" expression   -> conditional
?disjunction: conjunction
    | conjunction (OR conjunction)+                       -> chain
?conjunction: denial
    | denial (AND denial)+                                -> chain
?denial: comparison
    | NOT denial                                          -> denial
?comparison: sum
    | sum COMPARE sum                                     -> comparison
?sum: product
    | product ((PLUS | MINUS) product)+                   -> chain
?product: signed
    | signed ((TIMES | OVER) signed)+                     -> chain
?signed: atom
    | MINUS signed                                        -> minus
    | PLUS signed                                         -> plus
?atom: NUMBER                                             -> number
    | STRING                                              -> string
    | TRUE                                                -> true
    | FALSE                                               -> false
    | NAME                                                -> name
    | NAME "(" [expression ("," expression)*] ")"         -> call
    | IF "(" expression "," expression "," expression ")" -> conditional
    | "(" expression ")"

IF: "if"
OR: "or"
AND: "and"
NOT: "not"
TRUE: "true"
FALSE: "false"
COMPARE: "==" | "!=" | "<=" | ">=" | "<" | ">"
PLUS: "+"
MINUS: "-"
TIMES: "*"
OVER: "/"
NUMBER: /[0-9]+(\.[0-9]*)?|\.[0-9]+/
STRING: /"[^"\n]*"|'[^'\n]*'/
NAME: /[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*/
%ignore /[ \t\r\n]+/
"""

_HINTS = {
    "=": "'=' compares nothing here; write '==' to compare",
    "^": "there is no power operator; multiply instead",
    "%": "'%' is not understood; write 5% as 0.05",
    "&": "'&' is not understood; write 'and'",
    "|": "'|' is not understood; write 'or'",
    "!": "'!' is not understood; write 'not'",
    '"': "a text that begins here has no closing quote",
    "'": "a text that begins here has no closing quote",
}


def parse(text: str) -> Node:
    """The tree of an expression; ExpressionError says what is wrong and where."""
    if len(text) > LONGEST_TEXT:
        raise ExpressionError(f"the expression is longer than {LONGEST_TEXT} characters", LONGEST_TEXT)
    try:
        tree = cast(Node, _parser().parse(text))
    except UnexpectedInput as refused:
        _explain(refused, text)
    except VisitError as wrapped:
        raise wrapped.orig_exc from None
    for depth, level in enumerate(levels(tree)):
        if depth >= DEEPEST_TREE:
            raise ExpressionError(f"the expression is nested deeper than {DEEPEST_TREE}", level[0].position)
    return tree


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", transformer=_Builder(), maybe_placeholders=False)


def _explain(refused: UnexpectedInput, text: str) -> NoReturn:
    position = refused.pos_in_stream if refused.pos_in_stream is not None else len(text)
    if isinstance(refused, UnexpectedCharacters):
        character = text[position]
        raise ExpressionError(_HINTS.get(character, f"{character!r} is not understood"), position) from None
    if isinstance(refused, UnexpectedToken) and refused.token.type != "$END":
        raise ExpressionError(f"{str(refused.token)!r} is not expected here", position) from None
    if not text.strip():
        raise ExpressionError("the expression is empty", 0) from None
    raise ExpressionError("the expression ends too early", len(text)) from None


def _at(token: Token) -> int:
    return token.start_pos or 0


@v_args(inline=True)
class _Builder(Transformer[Token, Node]):
    """Builds the tree while the text is parsed."""

    def number(self, token: Token) -> Node:
        if sum(character.isdigit() for character in token) > MOST_DIGITS:
            raise ExpressionError(f"a number has more than {MOST_DIGITS} digits", _at(token))
        return Number(Decimal(token), _at(token))

    def string(self, token: Token) -> Node:
        return Text(token[1:-1], _at(token))

    def true(self, token: Token) -> Node:
        return Truth(True, _at(token))

    def false(self, token: Token) -> Node:
        return Truth(False, _at(token))

    def name(self, token: Token) -> Node:
        return Name(str(token), _at(token))

    def call(self, function: Token, *arguments: Node) -> Node:
        return Call(str(function), arguments, _at(function))

    def conditional(self, start: Token, condition: Node, when_true: Node, when_false: Node) -> Node:
        return Conditional(condition, when_true, when_false, _at(start))

    def minus(self, sign: Token, operand: Node) -> Node:
        return Negation("-", operand, _at(sign))

    def plus(self, _sign: Token, operand: Node) -> Node:
        return operand

    def denial(self, word: Token, operand: Node) -> Node:
        return Negation("not", operand, _at(word))

    def comparison(self, left: Node, operator: Token, right: Node) -> Node:
        return Comparison(str(operator), left, right, _at(operator))

    def chain(self, first: Node, *rest: Any) -> Node:
        pairs = tuple((str(rest[i]), rest[i + 1]) for i in range(0, len(rest), 2))
        return Chain(first, pairs, _at(rest[0]))
