"""WhatsApp: the platform as dated data, typed templates and messages, and the plan of what is sent."""
