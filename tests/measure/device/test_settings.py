import pytest

from guidelines.measure.device.settings import IGNORED, LONGEST_VALUE, PATTERNS, settings


@pytest.mark.parametrize(
    "name",
    [
        *("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "ONEDNN_MAX_CPU_ISA", "MKL_CBWR", "MKL_DEBUG_CPU_TYPE"),
        *("OMP_WAIT_POLICY", "OMP_PROC_BIND", "GOMP_SPINCOUNT", "KMP_BLOCKTIME", "OPENBLAS_CORETYPE"),
        *("PYTORCH_CUDA_ALLOC_CONF", "PYTORCH_ALLOC_CONF", "CUDA_LAUNCH_BLOCKING", "NVIDIA_TF32_OVERRIDE"),
        *("CUDNN_LOGINFO_DBG", "CUBLAS_WORKSPACE_CONFIG", "MALLOC_ARENA_MAX", "GLIBC_TUNABLES"),
        *("TORCHINDUCTOR_MAX_AUTOTUNE", "TORCH_CUDNN_V8_API_DISABLED"),
    ],
)
def test_a_variable_that_changes_speed_is_told(name):
    assert settings({name: "1", "HOME": "/home/me", "PATH": "/bin"}) == {name: "1"}


@pytest.mark.parametrize(
    "name",
    [
        *("OMP_NUM_THREADS", "MKL_NUM_THREADS", "ATEN_CPU_CAPABILITY", "KMP_DUPLICATE_LIB_OK"),
        *("CUDNN_VERSION", "TORCHINDUCTOR_CACHE_DIR", "CUDA_VISIBLE_DEVICES", "PYTORCH_VERSION"),
        *("TORCH_HOME", "LD_LIBRARY_PATH", "HOSTNAME", "SLURM_JOB_ID", "PYTHONPATH"),
    ],
)
def test_a_variable_that_is_recorded_elsewhere_or_of_no_weight_is_not_told(name):
    assert settings({name: "1"}) == {}


def test_variables_come_in_the_order_of_their_names():
    variables = {"OMP_WAIT_POLICY": "active", "KMP_BLOCKTIME": "0", "MKL_CBWR": "COMPATIBLE"}
    assert list(settings(variables)) == sorted(variables)


def test_an_empty_variable_is_as_none():
    assert settings({"MKL_CBWR": ""}) == {}


def test_onednn_takes_its_old_names_too_but_the_new_ones_first():
    assert settings({"DNNL_MAX_CPU_ISA": "AVX2"}) == settings({"ONEDNN_MAX_CPU_ISA": "AVX2"})
    both = {"ONEDNN_MAX_CPU_ISA": "SSE41", "DNNL_MAX_CPU_ISA": "AVX2"}
    assert settings(both) == {"ONEDNN_MAX_CPU_ISA": "SSE41"}


def test_the_limit_of_an_instruction_set_that_is_known_is_not_told():
    variables = {"ONEDNN_MAX_CPU_ISA": "DEFAULT", "DNNL_JIT_PROFILE": "1"}
    assert settings(variables, is_isa_known=True) == {"ONEDNN_JIT_PROFILE": "1"}


@pytest.mark.parametrize(
    "value", ["/opt/a/libjemalloc.so.2:/lib/x.so", " /b/libjemalloc.so.2  /x.so", "libjemalloc.so.2:x.so"]
)
def test_of_libraries_the_file_names_alone_are_told(value):
    assert settings({"LD_PRELOAD": value}) == {"LD_PRELOAD": "libjemalloc.so.2:x.so"}


def test_a_long_value_is_cut():
    (value,) = settings({"GLIBC_TUNABLES": "x" * 10**6}).values()
    assert value == "x" * LONGEST_VALUE + "…"


def test_every_pattern_has_a_reason():
    assert all({**PATTERNS, **IGNORED}.values())
