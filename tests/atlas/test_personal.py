import pytest

from guidelines.atlas.personal import EntryError, check_nothing_personal

PATHS = [
    *("file:///home/alice", "[/home/alice/x]", "</home/alice>", "`/home/alice`", "x|/home/alice"),
    *("<module from /home/alice/x>", "{/home/a}", "-I/home/alice", "a>/home/alice", "(/home/alice)"),
    *("/.hidden/alice", "/-x/alice", " /été", "./x.py", "../x.py", "x/../y", "home/alice/x.py:3"),
    *(r"\\server\share", r"D:\x", "C:/Users/alice", "$HOME/alice", "${HOME}", "~alice/x", "%/home/alice"),
]
ADDRESSES = [
    *("AA:BB:CC:DD:EE:FF", "aa-bb-cc-dd-ee-ff", "AABB.CCDD.EEFF", "10.0.0.1", "10.0.0.1:8080"),
    *("fe80::1ff:fe23:4567:890a", "::1", "2001:db8:0:0:1:ff:8a2e:370"),
]
SERIALS = [
    *("serial 0320118032132", "GPU-12345678-1234-1234", "gpu 0f1e2d3c4b5a69788796", "0F1E2D3C4B5A69788796"),
]
# The keys whose texts are free within their form.
KEYS = ["variant", "claim", "lost", "reason", "cpu_model", "device_name", "unit", "name", "any other"]


def is_refused(text, host="", key="lost"):
    try:
        check_nothing_personal({key: [text]}, host)
    except EntryError:
        return True
    return False


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("text", [*PATHS, *ADDRESSES, *SERIALS, "me@example.org"])
def test_a_path_an_address_and_a_serial_number_are_refused_under_every_key(text, key):
    assert is_refused(text, key=key)
    assert is_refused(f"it is {text}, by 1.2", key=key)
    with pytest.raises(EntryError):
        check_nothing_personal({"settings": {"OMP_PLACES": text}}, "")
    with pytest.raises(EntryError):
        check_nothing_personal({"devices": {text: "a card"}}, "")


@pytest.mark.parametrize(
    ("texts", "what"), [(PATHS, "a path"), (ADDRESSES, "a network address"), (SERIALS, "a serial number")]
)
def test_what_is_refused_is_named(texts, what):
    for text in texts:
        with pytest.raises(EntryError, match=f"holds {what}: "):
            check_nothing_personal({"lost": [text]}, "")


@pytest.mark.parametrize(
    ("host", "text"),
    [
        *(("gpu7.corp.example.com", text) for text in ("ran on gpu7", "GPU7", "gpu7.corp.example.com")),
        *(("srv", text) for text in ("node srv_01", "srv-01", "SRV01", "on srv.", "my_srv")),
        *(("box", text) for text in ("BOX1", "box: killed", "a-box")),
        *(("10.0.0.5", text) for text in ("10.0.0.5",)),
    ],
)
def test_the_name_of_the_host_and_its_first_label_are_in_no_text(host, text):
    assert is_refused(text, host)
    assert is_refused(text, host, key="variant")
    with pytest.raises(EntryError, match="holds "):
        check_nothing_personal({text: 1}, host)


@pytest.mark.parametrize(
    ("host", "text"),
    [("gpu7", "gpu71"), ("srv", "srvice"), ("box", "boxes"), ("10.0.0.5", "g=10"), ("", "any"), (".", "any")],
)
def test_longer_words_are_not_the_name_of_the_host(host, text):
    assert not is_refused(text, host)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        *(("unit", text) for text in ("images/s", "batches/s")),
        *(("lost", text) for text in ("pass 2: took 1.5 images/s and/or died", "it's 30 % (too slow)")),
        ("disturbed", "the processor's clock went from 3500 to 1200 MHz"),
        ("claim", "a multiply-add takes least time in ShuffleNet v2's unit"),
        *(("variant", text) for text in ("1:12", "g=8", "ReLU + shortcut", "4-fragment-parallel")),
        *(("name", text) for text in ("test_g1[cuda:0-x1-1:12]", "G2 x1 g=8")),
        *(("torch", text) for text in ("2.13.0+cpu", "2.6.0a0+df5bbc09d1.nv24.12", "2.9.0.dev20260101+cpu")),
        *(("cpu_model", text) for text in ("Intel(R) Core(TM) i5-4590 CPU @ 3.30GHz", "AMD EPYC 7B12")),
        ("device_name", "AMD Instinct MI250X / MI250"),
        ("date", "2026-11-27"),
    ],
)
def test_usual_texts_have_the_form_of_their_key(key, text):
    check_nothing_personal({key: text}, "vm")


def test_usual_settings_have_the_form_of_a_setting():
    settings = {"OMP_PLACES": "{0:4},{4:4}", "GOMP_CPU_AFFINITY": "0-15 16", "MALLOC_CONF": "thp:auto,a:1"}
    check_nothing_personal({"settings": settings, "devices": {"cuda:0": "NVIDIA H200"}}, "vm")


@pytest.mark.parametrize(("key", "text"), [("variant", "a|b"), ("lost", 'File "x"'), ("cpu_model", "<x>")])
def test_a_text_of_another_form_is_refused_with_its_key(key, text):
    with pytest.raises(EntryError) as raised:
        check_nothing_personal({key: text}, "")
    assert str(raised.value) == f"holds a text of a form that is not expected under '{key}': {text!r}"
