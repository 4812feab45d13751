# mypy: disable-error-code="no-untyped-def, no-untyped-call, attr-defined, call-arg"
"""The scan: filters, scores and keeps the best of the rows of several tables in one pass, compiled, without the GIL.

Scores are scoring.py's whole numbers. Why numba compiles it: docs/decisions/016-the-scan-is-compiled.md. What is
compiled is kept between starts and made anew only when this file changes: nothing of another file is used as a constant
here, it comes as an argument.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import carray, njit, types
from numba.extending import intrinsic

DESCRIPTOR_BYTES = 64
_BLOCK_ROWS = 1024
"""Scores of so many rows stay in the first cache from step to step."""
_HOUR_MS = 3_600_000
_LEFT_OUT = np.int32(-1)
_ONE, _HALF = np.float32(1), np.float32(0.5)

_Compiled = Callable[..., Any]


def _compiled(function: Callable[..., Any]) -> _Compiled:
    try:
        return njit(nogil=True, cache=True, error_model="numpy")(function)
    except RuntimeError:  # no folder can be written to: it is compiled at every start
        return njit(nogil=True, error_model="numpy")(function)


def _add_garment(totals, found, codes, adds, weight, scale):
    found[:] = 0
    for pair in range(len(adds)):
        low, high = np.int32(adds[pair, 0]), np.int32(adds[pair, 1])
        if low == 0 and high == 0:
            continue
        plane = codes[pair]
        for i in range(len(plane)):
            byte = np.int32(plane[i])
            found[i] += (byte & 15) * low + (byte >> 4) * high
    for i in range(codes.shape[1]):
        totals[i] += min(found[i], scale) * weight


def _add_table(totals, plane, table):
    for i in range(len(plane)):
        totals[i] += table[plane[i]]


def _add_height(totals, vagueness, height, table):
    for i in range(len(height)):
        totals[i] += table[np.uint32(vagueness[i] & 15) << np.uint32(8) | np.uint32(height[i])]


def _leave_out_by_time(totals, since_ms, until_ms, started_ms, lasted, lasted_steps):
    fine_ms, fine_steps, coarse_ms = lasted_steps[0], lasted_steps[1], lasted_steps[2]
    for i in range(len(lasted)):
        began_ms, steps = np.int32(started_ms[i]), np.int32(lasted[i])
        coarse = max(steps - fine_steps, np.int32(0))
        ended_ms = began_ms + (steps - coarse) * fine_ms + coarse * coarse_ms
        if began_ms > until_ms or ended_ms < since_ms:
            totals[i] = _LEFT_OUT


def _leave_out_hopeless(chances, totals, least, describer, code):
    """Into ``chances`` those rows of one describer that have ``least``; returns how many."""
    count = 0
    for i in range(len(totals)):
        if len(describer) == 0 or describer[i] == code:
            chances[count] = i
            if totals[i] >= least:
                count += 1
            else:
                totals[i] = _LEFT_OUT
    return count


def _multiply(products, rows, numbers, other):
    for i in range(len(rows)):
        row, product = rows[i], np.int32(0)
        for j in range(DESCRIPTOR_BYTES):
            product += np.int32(numbers[row, j]) * np.int32(other[j])
        products[i] = product


def _square(squares, rows, numbers, same):
    """``same`` is ``numbers``: of what is known to be a square a compiler makes code that takes four times as long."""
    for i in range(len(rows)):
        row, square = rows[i], np.int32(0)
        for j in range(DESCRIPTOR_BYTES):
            square += np.int32(numbers[row, j]) * np.int32(same[row, j])
        squares[i] = square


def _rate(dots, squares, like_length, scale, unsure):
    """As scoring.py's _like: the parts take the place of ``dots``."""
    scale_float = np.float32(scale)
    for i in range(len(dots)):
        length = np.sqrt(np.float32(squares[i])) * like_length
        near = (_ONE + min(np.float32(dots[i]) / length, _ONE)) * _HALF
        part = np.int32(near * near * near * scale_float + _HALF)
        dots[i] = part if length > 0 else unsure


def _add_like(totals, least, weight, descriptor, describer, like_of, like, like_lengths, scale, unsure, room):
    """What looks add to those that may still be among the best; the others are left out.

    ``room``: of numbers of rows, and two of whole numbers, of a block each.
    """
    chances, dots, squares = room
    for code in range(len(like_of)):
        which = like_of[code]
        count = _leave_out_hopeless(chances, totals, max(least - scale * weight, np.int32(0)), describer, code)
        if which >= 0:
            _multiply(dots, chances[:count], descriptor, like[which])
            _square(squares, chances[:count], descriptor, descriptor)
            _rate(dots[:count], squares[:count], like_lengths[which], scale, unsure)
        else:
            dots[:count] = unsure
        for i in range(count):
            totals[chances[i]] += dots[i] * weight


def _keep(best, filled, total, started_ms, table, row):
    """Put a row into its place among the best, which are sorted; the last one leaves. Returns how many there are."""
    at = filled if filled < len(best) else filled - 1
    while at > 0 and (best[at - 1, 0] < total or (best[at - 1, 0] == total and best[at - 1, 1] < started_ms)):
        best[at] = best[at - 1]
        at -= 1
    best[at, 0], best[at, 1], best[at, 2], best[at, 3] = total, started_ms, table, row
    return min(filled + 1, len(best))


_add_garment, _add_table, _add_height = _compiled(_add_garment), _compiled(_add_table), _compiled(_add_height)
_leave_out_by_time, _leave_out_hopeless = _compiled(_leave_out_by_time), _compiled(_leave_out_hopeless)
_multiply, _square, _rate = _compiled(_multiply), _compiled(_square), _compiled(_rate)
_add_like, _keep = _compiled(_add_like), _compiled(_keep)


@intrinsic
def _pointer(_typing, _address):
    """What lies at an address, for carray."""

    def generate(context, builder, signature, arguments):
        return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

    return types.voidptr(types.int64), generate


def _scan(best, filled, plan, lines, likes, is_chosen):
    """Put the best of the rows of all ``lines`` into ``best``, which holds ``filled`` already.

    A line of ``best`` is score, start (ms since 1970), number of the table, row; newer is better among equals, then
    what came first. ``plan`` is scan.numbers_of, the others are of runs.Runs. Returns how many are filled,
    and how many rows of each line were compared.
    """
    (garment_lines, garments, garment_weights, table_lines, tables, height_lines, height, like, like_lengths,
     like_weight, scale, unsure, lasted_steps, code_count) = plan  # fmt: skip
    totals, found = np.empty(_BLOCK_ROWS, np.int32), np.empty(_BLOCK_ROWS, np.int32)
    room = np.empty(_BLOCK_ROWS, np.int32), found, np.empty(_BLOCK_ROWS, np.int32)
    last, compared = len(best) - 1, np.zeros(len(lines), np.int64)
    for at in range(len(lines)):
        (table_number, hour_ms, since_ms, until_ms, like_first, like_end, base, chosen_first, rows, codes_at,
         descriptor_at, describer_at, started_at, lasted_at, alive_at, camera_at, start, stop) = lines[at]  # fmt: skip
        codes = carray(_pointer(codes_at), (code_count, rows), np.uint8)
        descriptor = carray(_pointer(descriptor_at), (rows, DESCRIPTOR_BYTES), np.int8)
        describer = carray(_pointer(describer_at), (rows if describer_at else 0,), np.uint8)
        started_ms = carray(_pointer(started_at), (rows,), np.uint32)
        lasted = carray(_pointer(lasted_at), (rows,), np.uint16)
        alive = carray(_pointer(alive_at), (rows,), np.uint8)
        camera = carray(_pointer(camera_at), (rows,), np.uint16)
        like_of = likes[like_first:like_end]
        for first in range(start, stop, _BLOCK_ROWS):
            count = min(_BLOCK_ROWS, stop - first)
            end = first + count
            totals[:] = base
            for number in range(len(garments)):
                line = garment_lines[number]
                if garment_weights[number]:
                    garment = codes[line : line + garments.shape[1], first:end]
                    _add_garment(totals, found, garment, garments[number], garment_weights[number], scale)
            for number in range(len(table_lines)):
                _add_table(totals, codes[table_lines[number], first:end], tables[number])
            if len(height):
                _add_height(totals, codes[height_lines[0], first:end], codes[height_lines[1], first:end], height)
            if since_ms > 0 or until_ms < _HOUR_MS:
                _leave_out_by_time(totals, since_ms, until_ms, started_ms[first:end], lasted[first:end], lasted_steps)
            if alive_at:
                for i in range(count):
                    if alive[first + i] == 0:
                        totals[i] = _LEFT_OUT
            if chosen_first >= 0:
                for i in range(count):
                    if is_chosen[chosen_first + camera[first + i]] == 0:
                        totals[i] = _LEFT_OUT
            for i in range(count):
                compared[at] += totals[i] >= 0
            least = np.int32(0)
            if filled > last:
                least = np.int32(best[last, 0] + (hour_ms + _HOUR_MS <= best[last, 1]))
            if like_weight and len(like_of):
                _add_like(
                    totals[:count], least, like_weight, descriptor[first:end], describer[first:end], like_of, like,
                    like_lengths, scale, unsure, room,
                )  # fmt: skip
            most = _LEFT_OUT
            for i in range(count):
                most = max(most, totals[i])
            if most < least:
                continue
            for i in range(count):
                if totals[i] >= least:
                    began_ms = hour_ms + np.int64(started_ms[first + i])
                    if filled <= last or totals[i] > best[last, 0] or began_ms > best[last, 1]:
                        filled = _keep(best, filled, np.int64(totals[i]), began_ms, table_number, np.int64(first + i))
                        if filled > last:
                            least = max(least, np.int32(best[last, 0]))
    return filled, compared


scan: _Compiled = _compiled(_scan)
