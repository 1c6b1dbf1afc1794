#!/usr/bin/env python3
"""Write the seeds of corpus/: small files by hand, well formed and not."""
import gzip
import os
import struct
import zlib

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")


def put(target, name, content):
    folder = os.path.join(HERE, target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(content)


def pack(content):
    return gzip.compress(content, mtime=0)


def npy(header, elements, version=1):
    text = header.encode()
    size = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + size + text + elements


def array(kind, order, shape, elements, version=1):
    return npy("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n" % (kind, order, shape),
               elements, version)


def idx(kind, *sizes):
    return bytes([0, 0, kind, len(sizes)]) + b"".join(struct.pack(">I", s) for s in sizes)


NONE, MEAN, DROP, ALL = b"\0\0", b"\0\2", b"\0\1", b"\0\x0e"

CSV = {
    "comma": NONE + b"a,b,y\n1,2,3\n4,5,6\n",
    "crlf": NONE + b"a,b,y\r\n1,2,3\r\n4,5,6\r\n",
    "cr": NONE + b"a,b,y\r1,2,3\r4,5,6\r",
    "bom": NONE + b"\xef\xbb\xbfa,b,y\n1,2,3\n",
    "tab": NONE + b"a\tb\ty\n1\t\t3\n4\t5\t6\n",
    "semicolon": ALL + b"a;b;y\n1;;3\n4;5;6\n",
    "spaces": NONE + b"  a  b \t y  \n 1  2   3 \n4 5 6\n",
    "quotes": NONE + b'"a","b ""c""",y\n1,"2",t\n 3 , "4" ,"u\r\nv"\n',
    "missing-mean": MEAN + b"a,b,y\n1,NA,1\n?,2,2\nnull,NaN,3\n4,5,\n",
    "missing-drop": DROP + b"1,2,3\nN/A,,\n4,5,x\n",
    "standardize": ALL + b"a,b,y\n1e300,1,0\n-1e300,1,1\n,1,2\n",
    "classes": NONE + b"1,b\n2,B\n3,10\n4,9\n5,b\n",
    "target-first": b"\1\0" + b"a,b,y\n1,2,3\n",
    "columns": b"\x18\x08" + b"a,b,y\n1,2,3\n4,5,6\n",
    "drop": b"\x80\0" + b"a,b,y\nq,2,3\nr,5,6\n",
    "numbers": NONE + b"1.7976931348623158e308,2.2250738585072011e-308\n"
               b"9007199254740992.5,0.00000000000000000000000000000012345678901234567890123\n",
    "ragged": NONE + b"a,b\n1,2\n3\n",
    "infinite": NONE + b"a,b\n1,inf\n-1e999,2\n",
    "open-quote": NONE + b'a,b\n1,"2\n',
    "after-quote": NONE + b'a,b\n1,"2"3\n',
    "binary": NONE + b"a,b\n1,\x01\n",
    "utf-16": NONE + "a,b\n1,2\n".encode("utf-16"),
    "empty": NONE,
    "header-only": NONE + b"a,b\n",
    "blank-lines": NONE + b"\n  \n1,2\n\n\t\n3,4\n\n",
    "one-column": NONE + b"1\n2\n",
    "hex": NONE + b"1,2\n0x10,2\n",
    "gzip": NONE + pack(b"a,b,y\n1,2,3\n4,5,6\n"),
    "gzip-wide": NONE + pack(b"," * 200 + b"\n"),
    "hdf5": NONE + b"\x89HDF\r\n\x1a\n",
    "zip": NONE + b"PK\x03\x04",
}
NPY = {
    "f8": NONE + array("<f8", "False", "(2, 2)", struct.pack("<4d", 1, 2, 3, 4)),
    "f4": b"\0\x08" + array("<f4", "False", "(2, 3)", struct.pack("<6f", 1, 2, 3, 4, 5, 6)),
    "f4-nan": DROP + array("<f4", "False", "(2, 2)", struct.pack("<4f", 1, float("nan"), 3, 4)),
    "f8-mean": ALL + array("<f8", "True", "(3, 2)",
                           struct.pack("<6d", 1, float("nan"), 3, 4, 5, 6)),
    "f8-inf": NONE + array(">f8", "False", "(1, 2)", struct.pack(">2d", 1, float("-inf"))),
    "f2": NONE + array("<f2", "False", "(2, 2)", b"\x00\x3c\x00\xc0\x01\x00\xff\x7b"),
    "u1": b"\0\x08" + array("|u1", "False", "(2, 2)", b"\1\2\3\4"),
    "i1": NONE + array("|i1", "True", "(2, 2)", b"\1\xff\3\4"),
    "b1": NONE + array("|b1", "False", "(2, 2)", b"\1\0\3\0"),
    "i8": NONE + array(">i8", "False", "(1, 2)", struct.pack(">2q", -2**63, 2**63 - 1)),
    "u8": NONE + array("<u8", "False", "(1, 2)", struct.pack("<2Q", 2**64 - 1, 2**63)),
    "u2": NONE + array(">u2", "False", "(2,)", b"\0\1\0\2"),
    "scalar": NONE + array("<i4", "False", "()", b"\1\0\0\0"),
    "four": NONE + array("|u1", "True", "(2, 1, 2, 1)", b"\1\2\3\4"),
    "five": NONE + array("|u1", "False", "(1, 1, 1, 1, 1)", b"\1"),
    "empty": NONE + array("<f8", "False", "(0, 9223372036854775807)", b""),
    "huge": NONE + array("<f8", "False", "(4294967296, 4294967296)", b""),
    "large": NONE + array("<f8", "False", "(100000000, 10)", b"1234"),
    "long-size": NONE + array("<f8", "False", "(99999999999999999999,)", b""),
    "python2": NONE + array("|u1", "False", "(2L, 2L)", b"\1\2\3\4"),
    "version2": NONE + array("|u1", "False", "(2, 2)", b"\1\2\3\4", 2),
    "version3": NONE + array("|u1", "False", "(2, 2)", b"\1\2\3\4", 3),
    "version9": NONE + array("|u1", "False", "(2, 2)", b"\1\2\3\4", 9),
    "complex": NONE + array("<c16", "False", "(1,)", b"\0" * 16),
    "fields": NONE + npy("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}", b""),
    "twice": NONE + npy("{'descr': '|u1', 'descr': '|u1'}", b""),
    "short-header": NONE + b"\x93NUMPY\1\0\x40\0{'descr'",
    "long-header": NONE + b"\x93NUMPY\2\0\xff\xff\xff\xff",
    "truncated": NONE + array("|u1", "False", "(2, 2)", b"\1\2\3"),
    "trailing": NONE + array("|u1", "False", "(2, 2)", b"\1\2\3\4\5"),
    "gzip": NONE + pack(array("|u1", "False", "(2, 2)", b"\1\2\3\4")),
    "gzip-zeros": NONE + pack(array("|u1", "False", "(100, 100)", b"\0" * 10000)),
    "gzip-claim": NONE + pack(array("|u1", "False", "(100, 100)", b"\0" * 9999)),
}


def pair(options, images, labels):
    return options + bytes([len(labels)]) + labels + images


IMAGES = idx(8, 2, 2, 2) + b"\x00\x33\x66\xff\1\2\3\4"
LABELS = idx(8, 2) + b"\7\x09"
IDX = {
    "plain": pair(NONE, IMAGES, LABELS),
    "intercept": pair(b"\0\x08", IMAGES, LABELS),
    "standardize": pair(ALL, IMAGES, LABELS),
    "columns": pair(b"\x38\0", IMAGES, LABELS),
    "drop": pair(b"\x40\0", IMAGES, LABELS),
    "target": pair(b"\1\0", IMAGES, LABELS),
    "two": pair(NONE, idx(8, 2, 3) + b"abcdef", LABELS),
    "four": pair(NONE, idx(8, 2, 1, 2, 1) + b"abcd", LABELS),
    "gzip": pair(NONE, pack(IMAGES), pack(LABELS)),
    "floats": pair(NONE, idx(13, 2, 2, 2) + b"\0" * 32, LABELS),
    "counts": pair(NONE, idx(8, 3, 1, 1) + b"abc", LABELS),
    "short": pair(NONE, IMAGES[:-1], LABELS),
    "long": pair(NONE, IMAGES + b"x", LABELS),
    "short-labels": pair(NONE, IMAGES, LABELS[:-1]),
    "huge": pair(NONE, idx(8, 2**32 - 1, 2**32 - 1, 2**32 - 1), LABELS),
    "zero": pair(NONE, idx(8, 2, 0, 2), LABELS),
    "claim": pair(NONE, pack(idx(8, 60000, 28, 28) + b"\0" * 1000), pack(idx(8, 60000))),
}
GZIP = {
    "plain": b"\x10" + b"not gzip",
    "short": b"\0" + b"\x1f",
    "magic": b"\0" + b"\x1f\x8b",
    "one": b"\x03" + pack(b"hello, hello, hello"),
    "two": b"\x03" + pack(b"hello") + pack(b"there"),
    "empty-members": b"\x03" + pack(b"") + pack(b"") + pack(b"x"),
    "padded": b"\x03" + pack(b"hello") + b"\0" * 20,
    "garbage": b"\x03" + pack(b"hello") + b"more",
    "padded-garbage": b"\x03" + pack(b"hello") + b"\0\0\x1f",
    "truncated": b"\x03" + pack(b"hello, hello, hello")[:-6],
    "checksum": b"\x03" + pack(b"hello")[:-8] + b"\0" * 8,
    "stored": b"\xff" + b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x01\x03\0\xfc\xffabc"
              + struct.pack("<II", zlib.crc32(b"abc"), 3),
    "fields": b"\xff" + b"\x1f\x8b\x08\x1c\0\0\0\0\0\xff\x02\0ab" + b"name\0" + b"comment\0"
              + pack(b"x")[10:],
    "zeros": b"\xff" + pack(b"\0" * 100000),
}
SPEC = {
    "name": b"mlp",
    "keys": b"mlp:hidden=64x32,act=tanh",
    "bare": b"fanout:8",
    "bare-and-key": b"fanout:8,m=3",
    "file": b"file:path=a:b=c",
    "number": b"a:m=1.5e1",
    "near": b"mlp:hiden=3,distnace=1",
    "empty": b"",
    "no-name": b":m=1",
    "no-key": b"a:=1",
    "late-bare": b"a:m=1,8",
    "twice": b"a:m=1,m=2",
    "comma": b"a:m=1,",
    "plain-number": b"9007199254740992.5",
    "tiny": b"4.9406564584124654e-324",
    "long": b"0." + b"0" * 200 + b"123456789012345678901234567890e+210",
    "utf-8": "é:ü=ß".encode(),
    "latin": b"\xe9:\xfc=\xdf",
}
JSON = {
    "empty": b"",
    "report": b'{\n  "schema": 1,\n  "command": "recover",\n  "seed": null,\n  "result": {\n'
              b'    "ci95": [0.0091257, -4.5e-1],\n    "enough": true\n  },\n  "warnings": []\n}\n',
    "words": b"[null, true, false, nul]",
    "integers": b"[0, -0, 9223372036854775807, -9223372036854775808]",
    "large-integer": b"[9223372036854775808]",
    "reals": b"[0.0, -0.0, 1e22, 5e-324, 1.7976931348623157E+308, 0.1, 9007199254740992.5]",
    "long-real": b"0." + b"0" * 200 + b"123456789012345678901234567890e+210",
    "infinite": b"[1e999]",
    "leading-zero": b"[01]",
    "half-number": b"[1.e5]",
    "escapes": b'"\\" \\\\ \\/ \\b\\f\\n\\r\\t \\u0041\\u00e9\\u20ac\\ud83d\\ude42 \x7f"',
    "utf-8": '["é€🙂", {"ß": "\ufeff"}]'.encode(),
    "latin": b'"\xe9"',
    "overlong": b'"\xc0\xaf\xed\xa0\x80"',
    "half-pair": b'"\\ud83d\\u0041"',
    "zero": b'"\\u0000"',
    "raw-zero": b'[1\0]',
    "control": b'"\t"',
    "open-string": b'["a\\"',
    "twice": b'{"a": 1, "b": {"a": 1}, "\\u0061": 2}',
    "comma": b"[1,]",
    "colon": b'{"a" 1}',
    "single-quotes": b"{'a': 1}",
    "trailing": b"{} {}",
    "bom": b"\xef\xbb\xbf{}",
    "blanks": b" \t\r\n[ \n] ",
    "deep": b"[" * 64 + b"]" * 64,
    "too-deep": b'{"a":[' * 33 + b"]}" * 33,
}

# The first byte picks the modulus: none, 2, 3, 257, 2^32, 2^53.
ROWS = {
    "distinct": b"\0" + array("<f8", "False", "(2, 2)", struct.pack("<4d", 1, 2, 3, 4)),
    "equal": b"\0" + array(">f4", "False", "(3, 2)", struct.pack(">6f", 1, 0, 1, -0.0, 1, 2)),
    "halves": b"\0" + array("<f2", "True", "(3, 2)", b"\x00\x3c\x00\xc0\x00\x3c\x00\x80\0\0\0\0"),
    "flags": b"\0" + array("|b1", "False", "(4, 1)", b"\1\0\2\0"),
    "residues": b"\2" + array("<i4", "False", "(3, 1)", struct.pack("<3i", -1, 2, 5)),
    "extremes": b"\4" + array(">i8", "False", "(2, 2)",
                              struct.pack(">4q", -2**63, 2**63 - 1, 2**32, 0)),
    "whole": b"\3" + array("<f8", "True", "(2, 2)", struct.pack("<4d", 1e300, 257, -258, 0)),
    "unsigned": b"\5" + array("<u8", "False", "(2, 1)", struct.pack("<2Q", 2**64 - 1, 2**53 - 1)),
    "half-of-one": b"\1" + array("<f4", "False", "(2, 1)", struct.pack("<2f", 1, 0.5)),
    "infinite": b"\0" + array("<f8", "False", "(2, 1)", struct.pack("<2d", 1, float("inf"))),
    "one-row": b"\0" + array("|u1", "False", "(1, 2)", b"\1\2"),
    "no-column": b"\0" + array("|u1", "False", "(2, 0)", b""),
    "wide": b"\0" + array("|u1", "False", "(2, 2000000)", b"\0"),
    "long": b"\1" + pack(array("|u1", "False", "(5000, 3)", bytes(range(250)) * 60)),
    "trailing": b"\0" + array("|u1", "False", "(2, 2)", b"\1\2\3\4\5"),
    "truncated": b"\0" + array("|u1", "True", "(2, 2)", b"\1\2\3"),
}

def message(kind, payload, version=1, identity=7, claim=None):
    size = len(payload) if claim is None else claim
    return struct.pack("<IHHQQQ", 0x54414C47, version, kind, identity, size, 0) + payload


def job(rows, columns, entries, task=0, block=20, loops=8, delta=0.99, norm=0.0):
    return struct.pack("<6I2d", task, rows, columns, block, loops, 0, delta, norm) + \
        struct.pack("<%dq" % len(entries), *entries)


def result(rows, columns, entries, precision=0, loops=8, lll=0.5, bkz=1.5):
    return struct.pack("<4IQ2d", precision, rows, columns, loops, 0, lll, bkz) + \
        struct.pack("<%dq" % len(entries), *entries)


MESSAGE = {
    "hello": message(1, b"fplll 5.4.4"),
    "hello-empty": message(1, b""),
    "hello-control": message(1, b"a\n"),
    "hello-long": message(1, b"a" * 201),
    "failure": message(4, b"BKZ gave up"),
    "job": message(2, job(2, 3, [1, 2, 3, 4, 5, -6])),
    "job-norm": message(2, job(1, 1, [5], task=1, norm=2.5)),
    "job-zero-row": message(2, job(2, 2, [1, 2, 0, 0])),
    "job-entry": message(2, job(1, 2, [1, -2**62])),
    "job-delta": message(2, job(1, 1, [5], delta=float("nan"))),
    "job-huge": message(2, job(2048, 2048, []), claim=40 + 2048 * 2048 * 8),
    "job-short": message(2, job(2, 2, [1, 2, 3])),
    "job-tall": message(2, job(2, 1, [1, 2])),
    "result": message(3, result(2, 2, [1, 0, 0, -1])),
    "result-seconds": message(3, result(1, 1, [1], lll=-1.0)),
    "result-precision": message(3, result(1, 1, [1], precision=3)),
    "version": message(1, b"a", version=2),
    "type": message(5, b"a"),
    "magic": b"JUNK" + message(1, b"a")[4:],
    "empty": b"",
}

CHALLENGE = {
    "lines": b"2\n3\n7\n0.25\n[0 6 3]\n[[1 2]\n[3 4]\n[5 6]]\n",
    "commas": b"2, 3, 7, 2.5e-1 [0,6,3] [[1,2],[3,4],[5,6]]",
    "crlf": b"1\r\n2\r\n5\r\n.1\r\n[ 0  4 ]\r\n[\r\n[1]\r\n[ 3]\r\n]\r\n\r\n",
    "largest": b"1 1 2147483648 1 [2147483647] [[0]]",
    "no-error": b"1 1 2 0 [1] [[1]]",
    "no-alpha": b"2\n3\n7\n[0 6 3]\n[[1 2]\n[3 4]\n[5 6]]\n",
    "claim": b"4096\n1099511627776\n7\n0.1\n[",
    "outside": b"1 2 5 0.1 [0 5] [[1][3]]",
    "negative": b"1 2 5 0.1 [0 -1] [[1][3]]",
    "half": b"1 2 5 0.1 [0 1.5] [[1][3]]",
    "short-row": b"2 2 5 0.1 [0 1] [[1 2][3]]",
    "long-row": b"1 2 5 0.1 [0 1] [[1 2][3]]",
    "open": b"1 2 5 0.1 [0 1] [[1][3]",
    "trailing": b"1 2 5 0.1 [0 1] [[1][3]] [",
    "infinite": b"1 2 5 1e999 [0 1] [[1][3]]",
    "zero-byte": b"1 2 5 0.1 [0\0 1] [[1][3]]",
    "empty": b"",
}

# The first byte says what it is: 0 a description, 1 an array of whole numbers.
INSTANCE = {
    "description": b'\0{"n": 2, "q": 7, "sigma": 0.5, "samples": 3, "secret": "ternary",'
                   b' "hamming": 1}',
    "gaussian": b'\0{"q": 7.0, "sigma": 1e0, "secret": "gaussian", "secret_sigma": 2, "by": [1]}',
    "nulls": b'\0{"q": null, "sigma": null, "secret": null}',
    "no-sigma": b'\0{"q": 7}',
    "near": b'\0{"q": 7, "sigma": 1, "secret": "ternery"}',
    "large-q": b'\0{"q": 1e300, "sigma": 1}',
    "texts": b'\0{"q": "7", "sigma": "1", "n": []}',
    "list": b"\0[7]",
    "broken": b'\0{"q": 7 "sigma": 1}',
    "i8": b"\1" + array(">i8", "False", "(2, 2)", struct.pack(">4q", -2**63, 2**63 - 1, 0, -1)),
    "i1": b"\1" + array("|i1", "True", "(3, 2)", b"\1\xff\x80\x7f\0\2"),
    "u8": b"\1" + array("<u8", "False", "(2,)", struct.pack("<2Q", 2**63 - 1, 2**63)),
    "b1": b"\1" + array("|b1", "False", "(3,)", b"\0\1\2"),
    "f8": b"\1" + array("<f8", "False", "(2,)", struct.pack("<2d", -2.0**63, 9007199254740993)),
    "half": b"\1" + array("<f4", "True", "(2, 2)", struct.pack("<4f", 1, 2, 0.5, 3)),
    "nan": b"\1" + array("<f8", "False", "(1,)", struct.pack("<d", float("nan"))),
    "edge": b"\1" + array("<f8", "False", "(1,)", struct.pack("<d", 2.0**63)),
    "scalar": b"\1" + array("<i4", "False", "()", b"\1\0\0\0"),
    "truncated": b"\1" + array("<i4", "False", "(2,)", b"\1\0\0\0"),
    "trailing": b"\1" + array("|i1", "False", "(2,)", b"\1\2\3"),
    "gzip": b"\1" + pack(array("|i1", "False", "(2, 2)", b"\1\2\3\4")),
}



def block(count, width, entries, precision=0, claim=None):
    words = [0, 0, count, claim or width, precision, 20, 8, 5]
    return bytes([width]) + struct.pack("<8Q3d", *words, 0.5, 1.5, 0.25) + \
        struct.pack("<%dq" % len(entries), *entries) + struct.pack("<Q", 0)


# A byte that is the width, then a file; magic, key and checksum are put right.
BLOCK = {
    "one": block(1, 1, [-1]),
    "block": block(2, 3, [1, 0, -2, 7, 1, 0], precision=2),
    "large": block(1, 2, [2**63 - 1, -2**63]),
    "short": block(2, 3, [1, 0, -2, 7, 1]),
    "long": block(2, 3, [1, 0, -2, 7, 1, 0, 5]),
    "none": block(0, 3, []),
    "many": block(8193, 1, [1] * 20),
    "wrap": block(2**63, 2, []),
    "width": block(1, 3, [1, 2, 3], claim=2),
    "precision": block(1, 1, [1], precision=3),
    "header": block(1, 1, [1])[:60],
    "empty": b"",
}


def request(kind, payload):
    return struct.pack("<BH", kind, len(payload)) + payload


def shard(rows, inputs, values, targets, element=2, classes=0, intercept=0, divisor=1.0):
    return request(0, struct.pack("<5qd", rows, inputs, intercept, element, classes, divisor) +
                   values + struct.pack("<%dd" % len(targets), *targets))


def opening(model):
    return request(1, struct.pack("<q", len(model)) + model)


def rows(task, d, weights, lists=(), early=-1, late=0, count=1, noised=0, copies=(), total=0,
         direction=()):
    fields = struct.pack("<8q", task, d, count, early, late, noised, 3, 0)
    fields += struct.pack("<2qdQ", len(copies), total, 0.5, 7)
    numbers = struct.pack("<%dd" % (len(weights) + len(direction)), *weights, *direction)
    signs = b"".join(struct.pack("<qd", draw, sign) for draw, sign in copies)
    return request(2, fields + numbers + signs + struct.pack("<%dq" % len(lists), *lists))


TABLE = shard(3, 2, struct.pack("<6d", 1, 2, 3, 4, -5, 6), [1, 0, 2])
BYTES = shard(4, 2, bytes([0, 255, 3, 9, 1, 2, 4, 8]), [0, 1, 2, 1], element=0, classes=3,
              divisor=255.0)
LINEAR = TABLE + opening(b"linear")

# Requests to a client: the kind, the length, the payload.
CLIENT = {
    "gradient": LINEAR + rows(0, 2, [0.5, 1], [0, 2, 1], early=2, late=1),
    "all": LINEAR + rows(0, 2, [0.5, 1]),
    "noised": LINEAR + rows(1, 2, [0, 0], [1, 1, 0], early=3, noised=2),
    "evaluate": LINEAR + rows(2, 2, [0, 0, 1, 1], count=2),
    "curvature": LINEAR + rows(3, 2, [0, 0], direction=[1, -1]),
    "copies": LINEAR + rows(4, 2, [0, 0], [0, 1], early=2, noised=1,
                            copies=[(0, 1.0), (0, -1.0), (9, 0.0)], total=5),
    "far-copy": LINEAR + rows(4, 2, [0, 0], [0, 1], early=2, noised=1, copies=[(3, 1.0)], total=5),
    "softmax": BYTES + opening(b"softmax") + rows(0, 6, [0] * 6, [3, 0], early=1, late=1),
    "mlp": BYTES + opening(b"mlp:hidden=3,loss=softmax") + rows(1, 21, [0.1] * 21, [0], early=1,
                                                                noised=1),
    "row": LINEAR + rows(0, 2, [0, 0], [3], early=1),
    "dimension": LINEAR + rows(0, 3, [0, 0, 0]),
    "early": LINEAR + rows(0, 2, [0, 0], early=2**40),
    "task": LINEAR + rows(9, 2, [0, 0]),
    "unopened": TABLE + rows(0, 2, [0, 0]),
    "no-data": opening(b"linear") + rows(0, 2, [0, 0]),
    "model": TABLE + opening(b"linaer"),
    "classes": TABLE + opening(b"softmax"),
    "huge": shard(2**40, 2**30, b"", []),
    "negative": shard(-1, 2, b"", []),
    "element": shard(1, 1, b"\1", [1], element=7),
    "short": TABLE[:40],
    "empty": b"",
}

for target, seeds in (("csv", CSV), ("npy", NPY), ("idx", IDX), ("gzip", GZIP), ("spec", SPEC),
                      ("json", JSON), ("rows", ROWS), ("message", MESSAGE), ("challenge", CHALLENGE),
                      ("instance", INSTANCE), ("block", BLOCK), ("client", CLIENT)):
    for name, content in seeds.items():
        put(target, name, content)
