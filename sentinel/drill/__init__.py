"""The drill: a rehearsed storm on a loopback web of Sentinel's own, read by the ordinary crawler."""
