"""The account of slow-downs: work x traffic x launches x kernels, at the ceilings of the device."""
