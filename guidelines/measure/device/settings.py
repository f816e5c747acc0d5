"""Environment variables that change how fast torch and its libraries run; two runs under others differ."""

import os
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import PurePath

# Patterns of names, each with what such variables change.
PATTERNS = {
    "ONEDNN_*": "kernels, arithmetic and caches of oneDNN, the convolutions of a CPU",
    "MKL_*": "kernels and threads of MKL",
    "OPENBLAS_*": "kernels and threads of OpenBLAS",
    "OMP_*": "how threads are bound and wait, of any OpenMP",
    "GOMP_*": "the same, of GNU's OpenMP",
    "KMP_*": "the same, of Intel's and LLVM's OpenMP",
    "ATEN_*": "kernels of torch itself",
    "LRU_CACHE_CAPACITY": "how many networks oneDNN keeps prepared for torch",
    "TORCH_ALLOW_TF32_*": "arithmetic with fewer bits",
    "TORCH_BLAS_*": "the library that multiplies matrices",
    "TORCH_CUDNN_*": "how cuDNN is called",
    "TORCH_MKLDNN_*": "when oneDNN is called",
    "TORCH_NNPACK_*": "when NNPACK is called",
    "TORCH_COMPILE_*": "mode compile",
    "TORCHDYNAMO_*": "mode compile",
    "TORCHINDUCTOR_*": "mode compile",
    "PYTORCH_*ALLOC_CONF": "torch's allocator of device memory",
    "PYTORCH_NO_CUDA_MEMORY_CACHING": "torch's allocator of device memory",
    "PYTORCH_TUNABLEOP_*": "kernels chosen by trying",
    "CUDA_LAUNCH_BLOCKING": "every launch waits for the device",
    "CUDA_MODULE_LOADING": "when kernels are loaded",
    "CUDA_DEVICE_MAX_CONNECTIONS": "how launches are queued",
    "CUDA_DISABLE_PTX_JIT": "kernels compiled for this device",
    "CUDA_FORCE_PTX_JIT": "kernels compiled for this device",
    "CUDA_MPS_*": "the share of a device that a process gets",
    "NVIDIA_TF32_OVERRIDE": "arithmetic with fewer bits",
    "CUDNN_*": "kernels and logging of cuDNN",
    "CUBLAS_*": "workspace and logging of cuBLAS",
    "CUBLASLT_*": "workspace and logging of cuBLASLt",
    "MALLOC_*": "the C library's allocator, or jemalloc",
    "TCMALLOC_*": "tcmalloc",
    "MIMALLOC_*": "mimalloc",
    "GLIBC_TUNABLES": "the C library: allocator, and instructions of its functions",
    "LD_PRELOAD": "libraries that replace others, such as an allocator or OpenMP",
    "DYLD_INSERT_LIBRARIES": "the same on macOS",
    "PYTHONMALLOC": "Python's allocator",
    "PYTHONDEVMODE": "checks inside Python",
}
# Names and patterns that change no time, or nothing that is not recorded elsewhere.
IGNORED = {
    "OMP_NUM_THREADS": "--threads sets it",
    "MKL_NUM_THREADS": "--threads sets it",
    "OPENBLAS_NUM_THREADS": "--threads sets it",
    "ATEN_CPU_CAPABILITY": "the kernels that torch took are recorded",
    "OMP_DISPLAY_*": "prints only",
    "KMP_SETTINGS": "prints only",
    "KMP_VERSION": "prints only",
    "KMP_WARNINGS": "prints only",
    "KMP_DUPLICATE_LIB_OK": "allows only",
    "KMP_INIT_AT_FORK": "for forked processes only, and set by some packages",
    "MKL_ROOT": "a place",
    "TORCHINDUCTOR_CACHE_DIR": "a place, which torch may set itself",
    "TORCHINDUCTOR_COMPILE_THREADS": "compiling is not timed",
    "TORCH_COMPILE_DEBUG*": "prints only",
    "CUDNN_VERSION": "recorded, and set by images of containers",
    "CUDNN_PATH": "a place",
    "CUDNN_HOME": "a place",
    "CUDNN_*_DIR": "a place",
    "CUBLAS_VERSION": "set by images of containers",
    "CUDA_MPS_*_DIRECTORY": "a place",
}
# oneDNN takes either name, the new one first.
OLD_PREFIX, PREFIX = "DNNL_", "ONEDNN_"
MAX_ISA = "ONEDNN_MAX_CPU_ISA"
PRELOADS = ("LD_PRELOAD", "DYLD_INSERT_LIBRARIES")
LONGEST_VALUE = 200


def settings(environ: Mapping[str, str] = os.environ, *, is_isa_known: bool = False) -> dict[str, str]:
    """The variables that change speed, by name; long values are cut, and of files only the names are told.

    `is_isa_known` leaves out the limit on oneDNN's instruction set, because what came of it is recorded.
    """
    chosen: dict[str, str] = {}
    for name, value in _with_new_names(environ).items():
        is_told = is_isa_known and name == MAX_ISA
        if value and not is_told and _matches(name, PATTERNS) and not _matches(name, IGNORED):
            chosen[name] = _shortened(_file_names(value) if name in PRELOADS else value)
    return dict(sorted(chosen.items()))


def _with_new_names(environ: Mapping[str, str]) -> dict[str, str]:
    """Variables with oneDNN's old names replaced by the new ones, which come first if both are set."""
    renamed = {}
    for name, value in environ.items():
        if name.startswith(OLD_PREFIX):
            renamed[PREFIX + name.removeprefix(OLD_PREFIX)] = value
    return renamed | {name: value for name, value in environ.items() if not name.startswith(OLD_PREFIX)}


def _matches(name: str, patterns: Mapping[str, str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _file_names(value: str) -> str:
    """The names of files in a list with colons or spaces between them, without their folders."""
    return ":".join(PurePath(path).name for path in value.replace(":", " ").split())


def _shortened(value: str) -> str:
    return value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}…"
