"""Extensions, created here and bound in create_app()."""

from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

login = LoginManager()
migrate = Migrate()
csrf = CSRFProtect()
