#!/usr/bin/env python3
"""Writes addresses.jsonl: address lists, and the addresses that Python's email package reads of them.

    python3 addresses.py > addresses.jsonl

A line is {"value": the value of a To field, "python": [addresses]}. All names are invented. The test holds this
package to Python's reading, but where its own list says why it reads something else.
"""
import itertools, json
from email.utils import getaddresses

names = ["", "Jane", "Jane Q. Doe", '"Doe, Jane"', '"Jane \\"J\\" Doe"', '"jane@army.mil"', "=?utf-8?Q?Doe=2C_Jane?=", "=?utf-8?B?SmFuZSBEb2U=?=",
         "(Jane)", "'Jane'", "Jürgen Doe", "Jane (of Sales)", '"Jane" Doe', "Jane-Doe"]
addresses = ["jane@army.ml", "jane.q.doe@mx.army.ml", '"jane doe"@army.ml', "jane+tag@army.ml", "o'neill@army.ml", "jane@[192.0.2.1]", "jürgen@bücher.example",
             "jane @ army.ml", "jane@army . ml", "jane(x)@army.ml", "jane@(x)army.ml", "jane . doe@army.ml", "JANE@ARMY.ML", "jane%army.ml@relay.example"]
others = ["bob@corp.example", "Bob <bob@corp.example>", "team: bob@corp.example, Kim <kim@army.mil>;", "undisclosed-recipients:;", "(nobody)", ""]
separators = [", ", ",", ",\r\n\t", " , ,"]

lists = []
for name, address in itertools.product(names, addresses):
    if name.startswith("(") or not name:
        lists.append((name + " " + address).strip())
    lists.append((name + " <" + address + ">").strip())
for first, second, separator in itertools.product(["jane@army.ml", "Jane <jane@army.ml>", '"Doe, Jane" <jane@army.ml>', "jane@army.ml (Jane)"], others, separators):
    lists.append(first + separator + second)
    lists.append(second + separator + first)
lists += [
    "Mary Smith <@machine.example:mary@army.ml>, , jdoe@test   . example",
    "<@a.example,@b.example:joe@army.ml>", "Pete(A wonderful \\) chap) <pete(his account)@silly.test(his host)>",
    "A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n  joe@example.org,\r\n John <jdoe@one.test> (my dear friend); (the end of the group)",
    "(Empty list)(start)Undisclosed recipients  :(nobody(that I know))  ;", "jane@army.ml (comment (nested) here)", "(a@b.example) jane@army.ml",
    '"Joe Q. Public" <john.q.public@example.com>', "Who? <one@y.test>", "<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
    "Jane Doe <jane@army.ml> , \t<bob@corp.example>\r\n", "jane@army.ml,", ",jane@army.ml", "<jane@army.ml>,<bob@corp.example>", "<jane@army.ml >", "< jane@army.ml>",
    '"jane@army.ml"', "'jane@army.ml' <jane@army.ml>", "<'jane@army.ml'>", '"<jane@army.mil>" <jane@army.ml>', "Jane: <jane@army.ml>;", "root", "Jane <root>", "<>", "",
    "jane@army.ml bob@corp.example", "Jane jane@army.ml", "Jane <jane@army.ml", "jane@army.ml>", "jane@army.ml; bob@corp.example", '"Doe, Jane <jane@army.ml>, bob@corp.example',
    "[mailto:jane@army.ml]", "<mailto:jane@army.ml>", "Undisclosed-Recipient:@army.ml;", "=?utf-8?B?IkphbmUiIDxqYW5lQGFybXkubWw+?=", "\x1b$B0)ED\x1b(B <jane@army.ml>", "\x1b$B0)<\x1b(B <jane@army.ml>",
    "jane@@army.ml", "jane@army.ml@relay.example", "@army.ml", "jane@", "jane@army..ml", ".jane@army.ml", "jane.@army.ml", "jane@army.ml.", "jane@-army.ml",
]
for value in dict.fromkeys(lists):
    read = [a for _, a in getaddresses([value]) if "@" in a]
    print(json.dumps({"value": value, "python": read}, ensure_ascii=False))
