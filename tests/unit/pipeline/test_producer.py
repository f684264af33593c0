"""Keys go where Kafka's own partitioner would put them."""

import pytest
from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given
from hypothesis import strategies as st

from pipeline.producer import partition_of


@given(st.binary(min_size=1, max_size=20), st.integers(1, 64))
def test_it_agrees_with_the_default_partitioner(key: bytes, partitions: int) -> None:
    everywhere = list(range(partitions))
    assert partition_of(key, partitions) == DefaultPartitioner()(key, everywhere, everywhere)


@pytest.mark.parametrize(
    ("key", "hashed"),
    [(b"21", -973932308), (b"foobar", -790332482), (b"a-little-bit-long-string", -985981536)],
)
def test_the_hash_is_the_one_of_the_java_client(key: bytes, hashed: int) -> None:
    """Vectors of org.apache.kafka.common.utils.UtilsTest: what others write meets what we write."""
    assert partition_of(key, 1 << 31) == hashed & 0x7FFFFFFF
