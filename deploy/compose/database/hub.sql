-- Run once, when the database's volume is new: the hub's user, who owns its own database and nothing else.
\set ON_ERROR_STOP on
\set password `cat /run/secrets/qianshao_database_password`
CREATE ROLE hub LOGIN PASSWORD :'password' CONNECTION LIMIT 12;
CREATE DATABASE qianshao OWNER hub ENCODING 'UTF8' TEMPLATE template0;
REVOKE CONNECT ON DATABASE qianshao FROM PUBLIC;
