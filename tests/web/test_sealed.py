"""Sealed values open only where they belong; indexes find equals; masks show what they may."""

from __future__ import annotations

import pytest
from django.conf import settings

from mingqian.web import sealed

HERE = "expert:1:id"


def keyed(**changes):
    return settings.MINGQIAN | changes


def test_a_sealed_value_opens_to_what_was_sealed():
    for text in ("440106197203151524", "", "𠮷😀"):
        assert sealed.unseal(sealed.seal(text, aad=HERE), aad=HERE) == text


def test_the_same_text_is_never_sealed_twice_alike():
    assert sealed.seal("甲", aad=HERE) != sealed.seal("甲", aad=HERE)


def test_a_value_moved_to_another_row_or_changed_by_one_bit_does_not_open():
    blob = sealed.seal("440106197203151524", aad=HERE)
    with pytest.raises(sealed.CannotUnseal):
        sealed.unseal(blob, aad="expert:2:id")
    for place in (0, 4, 10, len(blob) - 1):
        changed = bytearray(blob)
        changed[place] ^= 1
        with pytest.raises(sealed.CannotUnseal):
            sealed.unseal(bytes(changed), aad=HERE)


def test_values_under_an_earlier_key_open_until_they_are_sealed_anew(settings):
    blob = sealed.seal("甲", aad=HERE)
    earlier = settings.MINGQIAN["DATA_KEY"]
    settings.MINGQIAN = keyed(DATA_KEY=b"\x01" * 32)
    with pytest.raises(sealed.CannotUnseal):
        sealed.unseal(blob, aad=HERE)
    settings.MINGQIAN = keyed(DATA_KEY=b"\x01" * 32, EARLIER_DATA_KEYS=(earlier,))
    assert sealed.unseal(blob, aad=HERE) == "甲"
    assert sealed.needs_resealing(blob)
    assert not sealed.needs_resealing(sealed.seal("甲", aad=HERE))


def test_an_index_is_equal_for_equals_and_tells_purposes_and_keys_apart(settings):
    index = sealed.blind_index("440106197203151524", purpose="id")
    assert index == sealed.blind_index("440106197203151524", purpose="id")
    assert len(index) == 64
    assert index != sealed.blind_index("440106197203151524", purpose="mobile")
    settings.MINGQIAN = keyed(DATA_KEY=b"\x02" * 32)
    assert index != sealed.blind_index("440106197203151524", purpose="id")


@pytest.mark.parametrize(
    ("mask", "text", "shown"),
    [
        (sealed.mask_id, "44010619720315152X", "4****************X"),
        (sealed.mask_mobile, "13800136021", "138****6021"),
        (sealed.mask_name, "贺承岳", "贺**"),
        (sealed.mask_name, "贺", "贺*"),
        (sealed.mask_name, "", ""),
        (sealed.mask_mobile, "1380013", "*******"),
        (sealed.mask_id, "4X", "**"),
        (sealed.mask_id, "", ""),
    ],
)
def test_masks_show_the_ends_and_hide_short_values_wholly(mask, text, shown):
    assert mask(text) == shown
