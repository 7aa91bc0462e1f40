"""bascule: a compiler that moves a company's messaging from SMS and Viber to WhatsApp."""

__version__ = "0.1.0"
