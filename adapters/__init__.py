"""Who is asked: the contract an adapter keeps, the registry that finds one, and one short file a framework."""

from nnconform.adapters.contract import Adapter as Adapter
from nnconform.adapters.contract import Unavailable as Unavailable
from nnconform.adapters.contract import Unsupported as Unsupported
