"""Extensions, created here and bound in create_app()."""

from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

login = LoginManager()
login.session_protection = None  # a phone changes its network; the row of the sign-in is what counts
migrate = Migrate()
csrf = CSRFProtect()
