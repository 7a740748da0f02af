"""The social graph: who follows, blocks, mutes, endorses and notes whom, and which hashtags somebody follows."""
