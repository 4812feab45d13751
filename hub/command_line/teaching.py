"""What the descriptor learned on site: how it stands, learn now, go back."""

from __future__ import annotations

import typer

from hub.command_line.options import DataDir, Json, settings_of

teaching_app = typer.Typer(help="就地自学：外观比对从本地录像自己学", no_args_is_help=True)


@teaching_app.command("show")
def teaching_show(data_dir: DataDir = None, as_json: Json = False) -> None:
    """列出学过的版本、学习前后的数字、正在用的是哪一个。"""
    from hub.commands.teaching import show

    show(settings_of(data_dir=data_dir), as_json)


@teaching_app.command("learn")
def teaching_learn(data_dir: DataDir = None) -> None:
    """现在就学一次；只有在没参与学习的那部分轨迹上更好，才会采用。"""
    from hub.commands.teaching import learn

    learn(settings_of(data_dir=data_dir))


@teaching_app.command("back")
def teaching_back(data_dir: DataDir = None) -> None:
    """退回上一个版本。"""
    from hub.commands.teaching import go_back

    go_back(settings_of(data_dir=data_dir))
