"""Networks and what trains them: linear heads, CNNs, pretrained bases, U-Nets, trackers."""
