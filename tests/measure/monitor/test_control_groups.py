import pytest

from guidelines.measure.monitor.control_groups import folders, left_bytes, quota, throttled_s

HUGE = "9223372036854771712\n"


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def groups(tmp_path):
    """The folders of a made-up process's groups, below `tmp_path`, from its /proc/self files."""

    def groups(cgroup, *mounts, controller="cpu"):
        lines = ["23 1 8:1 / / rw,relatime shared:1 - ext4 /dev/vda rw"]
        for top, folder, kind in mounts:
            place = str(tmp_path / folder).replace(" ", r"\040")
            lines.append(f"31 23 0:28 {top} {place} rw,relatime shared:9 - {kind}")
        write(tmp_path / "proc/self/cgroup", cgroup)
        write(tmp_path / "proc/self/mountinfo", "\n".join(lines))
        found = folders(controller, tmp_path / "proc", tmp_path / "sys")
        return [str(path.relative_to(tmp_path)) for path in found]

    return groups


V2 = ("/", "cg", "cgroup2 cgroup2 rw,nsdelegate")
V1 = ("/", "cg/cpu,cpuacct", "cgroup cgroup rw,cpu,cpuacct")
V1_MEMORY = ("/", "cg/memory", "cgroup cgroup rw,memory")


def test_the_own_group_and_all_above_it_limit_a_process(groups, tmp_path):
    (tmp_path / "cg/slurm/job_7/step_0").mkdir(parents=True)
    own = "0::/slurm/job_7/step_0\n"
    assert groups(own, V2) == ["cg/slurm/job_7/step_0", "cg/slurm/job_7", "cg/slurm", "cg"]


def test_each_controller_of_version_1_has_groups_of_its_own(groups, tmp_path):
    (tmp_path / "cg/cpu,cpuacct/batch/a").mkdir(parents=True)
    (tmp_path / "cg/memory/docker").mkdir(parents=True)
    own = "9:name=systemd:/x\n4:memory:/docker\n1:cpu,cpuacct:/batch/a\n"
    assert groups(own, V1, V1_MEMORY) == ["cg/cpu,cpuacct/batch/a", "cg/cpu,cpuacct/batch", "cg/cpu,cpuacct"]
    assert groups(own, V1, V1_MEMORY, controller="memory") == ["cg/memory/docker", "cg/memory"]


def test_both_versions_at_once_are_both_read(groups, tmp_path):
    (tmp_path / "cg/cpu,cpuacct/a").mkdir(parents=True)
    (tmp_path / "cg/unified/b").mkdir(parents=True)
    unified = ("/", "cg/unified", "cgroup2 cgroup2 rw")
    own = "1:cpu,cpuacct:/a\n0::/b\n"
    assert groups(own, V1, unified) == ["cg/cpu,cpuacct/a", "cg/cpu,cpuacct", "cg/unified/b", "cg/unified"]


@pytest.mark.parametrize(
    ("own", "top"),
    [
        ("0::/\n", "/"),  # a namespace of its own
        ("0::/docker/abc\n", "/docker/abc"),  # the mount begins at the container's group
        ("0::/docker/abc\n", "/"),  # the group is called so outside, and cannot be seen here
        ("0::/\n", "/docker/abc"),
        ("0::/../other\n", "/"),
        ("0::/../other\n", "/.."),
        ("0::/gone (deleted)\n", "/"),
    ],
)
def test_in_a_container_the_top_of_the_mount_is_what_can_be_seen(groups, own, top):
    assert groups(own, (top, *V2[1:])) == ["cg"]


def test_a_group_inside_of_a_container_is_found_below_the_top(groups, tmp_path):
    (tmp_path / "cg/inner").mkdir(parents=True)
    assert groups("0::/docker/abc/inner\n", ("/docker/abc", *V2[1:])) == ["cg/inner", "cg"]


def test_names_may_hold_spaces_and_any_bytes(groups, tmp_path):
    (tmp_path / "c g/a b:c").mkdir(parents=True)
    assert groups("0::/a b:c\n", ("/", "c g", V2[2])) == ["c g/a b:c", "c g"]
    (tmp_path / "proc/self/cgroup").write_bytes(b"0::/\xff\xfe\n")
    assert folders("cpu", tmp_path / "proc", tmp_path / "sys") == (tmp_path / "c g",)


@pytest.mark.parametrize("cgroup", ["", "nonsense", "::::\n1\n", "0::/a\n"])
def test_a_system_that_does_not_tell_is_asked_where_groups_usually_are(groups, tmp_path, cgroup):
    assert groups(cgroup) == ["sys/fs/cgroup"]
    assert folders("cpu", tmp_path / "missing", tmp_path / "sys") == (tmp_path / "sys/fs/cgroup",)
    assert quota(folders("cpu", tmp_path / "missing", tmp_path / "sys")) is None


@pytest.mark.parametrize(
    ("files", "cpus"),
    [
        ({"a/cpu.max": "150000 100000\n", "cpu.max": "max 100000\n"}, 1.5),
        ({"a/cpu.max": "max 100000\n", "cpu.max": "20000 50000\n"}, 0.4),
        ({"a/cpu.max": "800000 100000\n", "cpu.max": "200000 100000\n"}, 2.0),
        ({"a/cpu.max": "max 100000\n"}, None),
        ({"a/cpu.cfs_quota_us": "30000\n", "a/cpu.cfs_period_us": "100000\n"}, 0.3),
        ({"a/cpu.cfs_quota_us": "-1\n", "a/cpu.cfs_period_us": "100000\n"}, None),
        ({"a/cpu.cfs_quota_us": "30000\n"}, None),
        ({"a/cpu.max": "10000 0\n"}, None),
        ({}, None),
    ],
)
def test_the_smallest_quota_of_all_groups_counts(tmp_path, files, cpus):
    for name, text in files.items():
        write(tmp_path / name, text)
    assert quota((tmp_path / "a", tmp_path)) == (None if cpus is None else pytest.approx(cpus))


@pytest.mark.parametrize(
    ("files", "seconds"),
    [
        ({"a/cpu.stat": "usage_usec 5\nnr_throttled 9\nthrottled_usec 2500000\n"}, 2.5),
        ({"a/cpu.stat": "nr_periods 5\nnr_throttled 4\nthrottled_time 2500000000\n"}, 2.5),
        ({"a/cpu.stat": "throttled_usec 1000000\n", "cpu.stat": "throttled_usec 500000\n"}, 1.5),
        ({"a/cpu.stat": "usage_usec 5\n", "cpu.stat": "throttled_usec 500000\n"}, 0.5),
        ({"a/cpu.stat": "usage_usec 5\n"}, None),
        ({}, None),
    ],
)
def test_time_of_all_groups_that_were_stopped_is_summed(tmp_path, files, seconds):
    for name, text in files.items():
        write(tmp_path / name, text)
    assert throttled_s((tmp_path / "a", tmp_path)) == seconds


@pytest.mark.parametrize(
    ("files", "left"),
    [
        ({"memory.max": "1000\n", "memory.current": "400\n"}, 600),
        (
            {
                "memory.max": "1000\n",
                "memory.current": "400\n",
                "memory.stat": "anon 5\ninactive_file 30\nactive_file 9\n",
            },
            630,
        ),
        ({"memory.max": "1000\n", "memory.current": "1100\n"}, 0),
        ({"memory.max": "max\n", "memory.current": "400\n"}, None),
        ({"memory.max": "1000\n"}, None),
        ({"memory.current": "400\n"}, None),
        ({}, None),
        ({"memory.max": "1000\n", "memory.high": "700\n", "memory.current": "400\n"}, 300),
        ({"memory.limit_in_bytes": "1000\n", "memory.usage_in_bytes": "400\n"}, 600),
        (
            {
                "memory.limit_in_bytes": "1000\n",
                "memory.usage_in_bytes": "400\n",
                "memory.stat": "inactive_file 3\ntotal_inactive_file 30\n",
            },
            630,
        ),
        ({"memory.limit_in_bytes": HUGE, "memory.usage_in_bytes": "400\n"}, None),
        (
            {
                "memory.max": "max\n",
                "memory.current": "400\n",
                "../memory.max": "1000\n",
                "../memory.current": "700\n",
            },
            300,
        ),
    ],
)
def test_a_group_leaves_what_its_limits_and_those_above_say(tmp_path, files, left):
    own = tmp_path / "a"
    for name, text in files.items():
        write(own / name, text) if not name.startswith("..") else write(tmp_path / name[3:], text)
    own.mkdir(exist_ok=True)
    assert left_bytes((own, tmp_path)) == left
